import { CalendarRange, ZoomOut } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { dateTime, zoneName } from '@/shared/time/format';
import { Button } from '@/shared/ui/Button';
import { Segmented } from '@/shared/ui/Segmented';
import { type DetailSearch, type RangeName, ranges } from '../search';

const CustomRange = lazy(() => import('./CustomRange'));

type Props = {
  search: DetailSearch;
  onRange: (range: RangeName) => void;
  onCustom: (from: number, to: number) => void;
  onReset: () => void;
};

/** One for the whole page. */
export function RangePicker({ search, onRange, onCustom, onReset }: Props) {
  const [open, setOpen] = useState(false);
  const custom = search.from && search.to;

  return (
    <div className="sticky top-0 z-20 -mx-1 flex flex-wrap items-center gap-2 bg-bg px-1 py-2">
      <Segmented
        label="Range"
        value={custom ? '' : (search.range ?? '24h')}
        options={(Object.keys(ranges) as RangeName[]).map((name) => ({
          value: name as string,
          label: name,
        }))}
        onChange={(name) => onRange(name as RangeName)}
      />
      <Button size="sm" className="max-sm:min-w-11" onClick={() => setOpen(true)}>
        <CalendarRange aria-hidden size={14} />
        {custom ? (
          `${dateTime(search.from as number)} – ${dateTime(search.to as number)}`
        ) : (
          <span className="max-sm:sr-only">Custom</span>
        )}
      </Button>
      {custom && (
        <Button size="sm" variant="ghost" onClick={onReset}>
          <ZoomOut aria-hidden size={14} />
          Reset zoom
        </Button>
      )}
      <span className="ml-auto text-muted text-xs max-sm:ml-0 max-sm:w-full">
        Times in {zoneName()}
      </span>
      <Suspense fallback={null}>
        {open && <CustomRange search={search} onClose={() => setOpen(false)} onCustom={onCustom} />}
      </Suspense>
    </div>
  );
}
