import { defaultRangeExtractor, type Range, useWindowVirtualizer } from '@tanstack/react-virtual';
import { startTransition, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { MonitorRow } from '../model';
import { assignSlots, type Slots } from '../slots';
import { useListKeys } from '../useListKeys';
import { useStableOrder } from '../useStableOrder';
import { lineColumns, MonitorLine } from './MonitorLine';

type Props = {
  rows: MonitorRow[];
  density: 'cosy' | 'compact';
  orderKey: string;
  selected: ReadonlySet<number>;
  selecting: boolean;
  onSelect: (ids: ReadonlySet<number>) => void;
};

// rows drawn beyond the screen, at each end
const overscan = 5;

export function MonitorTable({ rows, density, orderKey, selected, selecting, onSelect }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const [layout, setLayout] = useState({ top: 0, width: 0 });
  const [pointed, setPointed] = useState(false);
  const ordered = useStableOrder(rows, orderKey, pointed);
  const phone = layout.width > 0 && layout.width < 640;
  const height = phone ? 84 : density === 'cosy' ? 52 : 40;

  // an observer is told when the browser knows, which does not have to be asked
  // in between; the first rows are made as a transition, in slices
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const top = Math.round(element.getBoundingClientRect().top + scrollY);
      const width = element.clientWidth;
      startTransition(() =>
        setLayout((old) => (old.top === top && old.width === width ? old : { top, width })),
      );
    });
    observer.observe(element);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);

  // a row with the focus stays, however far it is scrolled away
  const [focused, setFocused] = useState<number>();
  const kept = focused === undefined ? -1 : ordered.findIndex((row) => row.id === focused);
  const rangeExtractor = useCallback(
    (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      if (kept < 0 || indexes.includes(kept)) return indexes;
      return [...indexes, kept].sort((a, b) => a - b);
    },
    [kept],
  );

  const virtual = useWindowVirtualizer({
    count: ordered.length,
    estimateSize: () => height,
    overscan,
    rangeExtractor,
    scrollMargin: layout.top,
    initialRect: { width: innerWidth, height: innerHeight },
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: other heights, other places
  useLayoutEffect(() => virtual.measure(), [height]);

  // a monitor that leaves at one end gives its nodes to one at the other
  const items = layout.width > 0 ? virtual.getVirtualItems() : [];
  const slots = useRef<Slots>(new Map());
  slots.current = assignSlots(
    slots.current,
    items.flatMap((item) => ordered[item.index]?.id ?? []),
  );

  const toggle = useCallback(
    (id: number) => {
      const next = new Set(selected);
      if (!next.delete(id)) next.add(id);
      onSelect(next);
    },
    [selected, onSelect],
  );

  const active = useListKeys(ordered, toggle, (index) =>
    virtual.scrollToIndex(index, { align: 'auto' }),
  );

  return (
    <div
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      className="card overflow-hidden"
    >
      {!phone && <Columns width={layout.width} />}
      {/* biome-ignore lint/a11y/useSemanticElements: absolutely placed, virtual rows */}
      <div
        ref={list}
        role="list"
        aria-label="Monitors"
        onFocus={(event) => {
          const row = event.target.closest<HTMLElement>('[role=listitem]');
          if (row) setFocused(Number(row.dataset.id));
        }}
        onBlur={(event) => {
          // a row whose menu is open stays, too
          if (!event.relatedTarget?.closest('[role=menu]')) setFocused(undefined);
        }}
        style={{ height: virtual.getTotalSize() }}
        className="relative"
      >
        {items.map((item) => {
          const row = ordered[item.index];
          if (!row) return null;
          return (
            <MonitorLine
              key={slots.current.get(row.id)}
              row={row}
              index={item.index}
              count={ordered.length}
              top={item.start - virtual.options.scrollMargin}
              height={height}
              width={layout.width}
              selected={selected.has(row.id)}
              selecting={selecting}
              active={active === row.id}
              onToggle={toggle}
            />
          );
        })}
      </div>
    </div>
  );
}

/** What the figures of the lines are; each line says it to screen readers itself. */
function Columns({ width }: { width: number }) {
  return (
    <div
      aria-hidden
      className={`grid h-8 items-center gap-x-3 border-line border-b bg-sunken px-3 text-muted text-xs ${lineColumns(width)}`}
    >
      <span className="col-start-3">Monitor</span>
      <span>Last 24 hours</span>
      <span className="text-right">24 h uptime</span>
      {width >= 900 && (
        <>
          <span className="text-right">24 h p95</span>
          <span className="text-right">For</span>
        </>
      )}
    </div>
  );
}
