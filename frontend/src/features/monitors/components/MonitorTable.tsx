import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { startTransition, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { MonitorRow } from '../model';
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

  const virtual = useWindowVirtualizer({
    count: ordered.length,
    estimateSize: () => height,
    overscan,
    scrollMargin: layout.top,
    initialRect: { width: innerWidth, height: innerHeight },
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: other heights, other places
  useLayoutEffect(() => virtual.measure(), [height]);

  // a row that leaves at one end comes in at the other, with its nodes
  const items = layout.width > 0 ? virtual.getVirtualItems() : [];
  const pool = Math.max(Math.ceil(innerHeight / height) + 2 * overscan + 2, items.length);

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
        style={{ height: virtual.getTotalSize() }}
        className="relative"
      >
        {items.map((item) => {
          const row = ordered[item.index];
          if (!row) return null;
          return (
            <MonitorLine
              key={item.index % pool}
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
      <span className="text-right">Uptime</span>
      {width >= 900 && (
        <>
          <span className="text-right">p95</span>
          <span className="text-right">For</span>
        </>
      )}
    </div>
  );
}
