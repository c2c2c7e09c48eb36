import { AlignJustify, ListChecks, Rows3, Search, Tag, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { preferences, setPreferences, usePreferences } from '@/shared/preferences/preferences';
import { Button } from '@/shared/ui/Button';
import { isTyping } from '@/shared/ui/keys';
import { Menu } from '@/shared/ui/Menu';
import type { SortKey } from '../model';
import { toggleTerm } from '../query-box';

type Props = {
  query: string;
  sort: SortKey;
  tags: string[];
  onQuery: (query: string) => void;
  onSort: (sort: SortKey) => void;
  selecting: boolean;
  onSelecting: (on: boolean) => void;
};

const sorts: Record<SortKey, string> = {
  status: 'Problems first',
  name: 'Name',
  uptime: 'Lowest uptime',
  latency: 'Slowest',
  since: 'Last change',
};

export function ListTools(props: Props) {
  const { query, sort, tags, onQuery, onSort, selecting, onSelecting } = props;
  const box = useRef<HTMLInputElement>(null);
  const { density } = usePreferences();
  const denser = density === 'cosy' ? 'Compact rows' : 'Cosy rows';
  // typed letters are shown at once, the URL follows; what the URL says
  // elsewhere (a card, Back) comes in
  const [typed, setTyped] = useState(query);
  const [seen, setSeen] = useState(query);
  if (query !== seen) {
    setSeen(query);
    if (query !== typed.trim()) setTyped(query);
  }

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key !== '/' || isTyping(event) || !preferences().shortcuts) return;
      event.preventDefault();
      box.current?.focus();
    }
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  function type(text: string) {
    setTyped(text);
    onQuery(text.trim());
  }

  return (
    <div className="flex flex-wrap items-center gap-2">
      <div className="relative min-w-0 flex-1 basis-64 max-sm:basis-full">
        <Search
          aria-hidden
          size={15}
          className="pointer-events-none absolute inset-y-0 left-3 my-auto text-muted"
        />
        <input
          ref={box}
          type="search"
          aria-label="Filter monitors"
          placeholder="Filter: is:down tag:prod shop"
          value={typed}
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            if (typed) type('');
            else event.currentTarget.blur();
          }}
          className="input px-9 [&::-webkit-search-cancel-button]:hidden"
        />
        {typed && (
          <button
            type="button"
            aria-label="Clear the filter"
            onClick={() => type('')}
            className="absolute inset-y-0 right-0 grid w-9 place-items-center rounded-control text-muted hover:text-text"
          >
            <X aria-hidden size={15} />
          </button>
        )}
      </div>
      {tags.length > 0 && (
        <Menu
          trigger={
            <Button className="border-control!">
              <Tag aria-hidden size={15} />
              Tags
            </Button>
          }
          entries={() => [
            { label: 'Filter by tag' },
            ...tags.slice(0, 100).map((tag) => ({
              text: tag,
              onSelect: () => onQuery(toggleTerm(query, 'tag', tag)),
            })),
          ]}
        />
      )}
      <select
        aria-label="Sort by"
        value={sort}
        onChange={(event) => onSort(event.target.value as SortKey)}
        className="input w-auto! min-w-36 max-sm:min-w-0 max-sm:flex-1"
      >
        {Object.entries(sorts).map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
      <Button
        size="icon"
        className="border-control! max-sm:hidden"
        aria-label={denser}
        title={denser}
        onClick={() => setPreferences({ density: density === 'cosy' ? 'compact' : 'cosy' })}
      >
        {density === 'cosy' ? (
          <AlignJustify aria-hidden size={16} />
        ) : (
          <Rows3 aria-hidden size={16} />
        )}
      </Button>
      {/* wider screens have a checkbox in every row */}
      <Button
        size="icon"
        className={`sm:hidden ${selecting ? 'border-accent! text-accent' : 'border-control!'}`}
        aria-label="Select monitors"
        aria-pressed={selecting}
        onClick={() => onSelecting(!selecting)}
      >
        <ListChecks aria-hidden size={16} />
      </Button>
    </div>
  );
}
