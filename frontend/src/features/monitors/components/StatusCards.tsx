import { clsx } from 'clsx';
import type { Status } from '@/shared/api/schema';
import { count } from '@/shared/time/format';
import { StatusGlyph } from '@/shared/ui/StatusGlyph';
import { statusWord } from '@/shared/ui/StatusPill';
import { parseQuery, toggleTerm } from '../query-box';

type Props = {
  counts: Record<Status, number>;
  query: string;
  onQuery: (query: string) => void;
};

const always: Status[] = ['down', 'degraded', 'up', 'paused'];

// on phones: of six columns, so that four, five or six fill their lines
function span(cards: number, index: number): string {
  const half = cards === 4 || (cards === 5 && index > 2);
  return half ? 'col-span-3' : 'col-span-2';
}

/** Counts that are filters. */
export function StatusCards({ counts, query, onQuery }: Props) {
  const rare = (['pending', 'unknown'] as Status[]).filter((status) => counts[status] > 0);
  const shown = [...always, ...rare];
  const active = parseQuery(query).filter((term) => term.kind === 'is' && !term.not);

  return (
    <fieldset className="grid grid-cols-6 gap-2 sm:flex sm:flex-wrap">
      <legend className="sr-only">Filter by status</legend>
      {shown.map((status, index) => {
        const pressed = active.some((term) => term.value === status);
        const loud = status === 'down' && counts.down > 0;

        return (
          <button
            key={status}
            type="button"
            aria-pressed={pressed}
            onClick={() => onQuery(toggleTerm(query, 'is', status))}
            className={clsx(
              'card flex min-h-14 min-w-0 items-center gap-2 px-2.5 py-2 text-left transition-colors duration-150 sm:min-w-36 sm:gap-3 sm:px-4',
              span(shown.length, index),
              pressed ? 'border-accent ring-1 ring-accent' : 'hover:border-control',
              loud && 'bg-down-soft',
            )}
          >
            <StatusGlyph tone={status} size={20} />
            <span className="min-w-0">
              <span className={clsx('block font-semibold text-lg', loud && 'text-down-text')}>
                {count(counts[status])}
              </span>
              <span
                className={clsx('block truncate text-xs', loud ? 'text-down-text' : 'text-muted')}
              >
                {statusWord[status]}
              </span>
            </span>
          </button>
        );
      })}
    </fieldset>
  );
}
