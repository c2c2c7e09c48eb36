import { Button } from '@/shared/ui/Button';
import { Empty } from '@/shared/ui/states';

export function NothingMatches({ query, onClear }: { query: string; onClear: () => void }) {
  return (
    <Empty title="No monitor matches" action={<Button onClick={onClear}>Show all</Button>}>
      <p>
        Nothing is found for <span className="break-all font-mono text-text">{query}</span>. Words
        look into names, URLs and tags; <span className="font-mono">is:down</span>,{' '}
        <span className="font-mono">tag:prod</span> and <span className="font-mono">type:http</span>{' '}
        narrow it, a leading <span className="font-mono">-</span> turns one around.
      </p>
    </Empty>
  );
}
