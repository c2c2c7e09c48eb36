// Latency over time on uPlot: a band from the least to the most, p50, p95 and
// p99, outages shaded.  Drag zooms, a double click goes back, arrow keys move
// the crosshair.

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { usePreferences } from '@/shared/preferences/preferences';
import { absolute, day, hourMinute, milliseconds } from '@/shared/time/format';
import { token } from './colours';

type Column = (number | null)[];

type ChartData = {
  t: number[];
  min: Column;
  p50: Column;
  p95: Column;
  p99: Column;
  max: Column;
};

export type Shade = { from: number; to: number };

type Props = {
  data: ChartData;
  from: number;
  to: number;
  outages: Shade[];
  label: string;
  height?: number;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
};

function paintOutages(chart: uPlot, outages: Shade[]) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.fillStyle = token('down-soft');
  for (const outage of outages) {
    const x0 = Math.max(chart.valToPos(outage.from, 'x', true), bbox.left);
    const x1 = Math.min(chart.valToPos(outage.to, 'x', true), bbox.left + bbox.width);
    if (x1 <= bbox.left || x0 >= bbox.left + bbox.width) continue;
    ctx.fillStyle = token('down-soft');
    ctx.fillRect(x0, bbox.top, Math.max(x1 - x0, 2), bbox.height);
    ctx.fillStyle = token('down');
    ctx.fillRect(x0, bbox.top, Math.max(x1 - x0, 2), 3 * devicePixelRatio);
  }
  ctx.restore();
}

function options(
  props: Props,
  width: number,
  height: number,
  outages: () => Shade[],
): uPlot.Options {
  const { onZoom } = props;
  const axis = {
    stroke: token('muted'),
    font: '12px "Geist Variable", sans-serif',
    ticks: { show: false },
  };
  // what stands alone has no line: a few values are dots, too
  const few = props.data.p50.reduce<number>((n, ms) => n + (ms === null ? 0 : 1), 0) <= 60;
  const line = (label: string, colour: string, w: number, dash?: number[]) => ({
    label,
    stroke: token(colour),
    width: w,
    dash,
    points: { show: few, size: 5, fill: token(colour) },
    spanGaps: false,
  });

  return {
    width,
    height,
    legend: { show: false },
    padding: [12, width < 480 ? 4 : 20, 0, 0],
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, range: () => [props.from, props.to] },
      y: { range: (_chart, _min, max) => [0, Math.max(max * 1.08, 10)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 80,
        size: 32,
        gap: 10,
        values: (_chart, splits) =>
          splits.map((at) => (props.to - props.from > 2 * 86400 ? day(at) : hourMinute(at))),
      },
      {
        ...axis,
        size: width < 480 ? 56 : 64,
        grid: { stroke: token('line'), width: 1 },
        values: (_chart, splits) => splits.map((ms) => (ms === 0 ? '0' : milliseconds(ms))),
      },
    ],
    series: [
      {},
      { label: 'max', points: { show: false }, stroke: 'transparent' },
      { label: 'min', points: { show: false }, stroke: 'transparent' },
      line('p50', 'accent', 2),
      line('p95', 'muted', 1.25),
      line('p99', 'control', 1, [2, 3]),
    ],
    bands: [{ series: [1, 2], fill: `${token('accent')}22` }],
    hooks: {
      drawClear: [(chart) => paintOutages(chart, outages())],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 6) return;
          const from = chart.posToVal(left, 'x');
          const to = chart.posToVal(left + width, 'x');
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          onZoom(Math.floor(from), Math.ceil(to));
        },
      ],
    },
  };
}

export default function LatencyChart(props: Props) {
  const { data, from, to, outages, label, height = 260, onReset } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const [index, setIndex] = useState<number | null>(null);
  const { theme, timeZone } = usePreferences();
  const latest = useRef(props);
  latest.current = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew for these only
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const shades = () => latest.current.outages;
    const made = options(latest.current, element.clientWidth, height, shades);
    made.hooks = { ...made.hooks, setCursor: [(plot) => setIndex(plot.cursor.idx ?? null)] };
    const { t, max, min, p50, p95, p99 } = data;
    const plot = new uPlot(made, [t, max, min, p50, p95, p99], element);
    chart.current = plot;

    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [data, from, to, theme, timeZone, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: they are painted below the lines
  useEffect(() => chart.current?.redraw(false), [outages]);

  function onKey(event: KeyboardEvent) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    const step = event.key === 'ArrowLeft' ? -1 : 1;
    const last = data.t.length - 1;
    const next = Math.max(0, Math.min(last, index === null ? last : index + step));
    setIndex(next);
    const at = data.t[next];
    const plot = chart.current;
    if (plot && at !== undefined) plot.setCursor({ left: plot.valToPos(at, 'x'), top: 20 }, false);
  }

  return (
    <div>
      <Readout data={data} index={index} />
      {/* biome-ignore lint/a11y/useSemanticElements: a chart that is moved through with keys */}
      <div
        ref={box}
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the crosshair
        tabIndex={0}
        aria-label={`${label}. Arrow keys move through the values.`}
        onKeyDown={onKey}
        onDoubleClick={onReset}
        className="w-full overflow-hidden rounded-control"
        style={{ height }}
      />
    </div>
  );
}

// colour is for status: only what counts most is in the accent
const keys = [
  ['p50', 'border-accent border-t-2'],
  ['p95', 'border-muted border-t-2'],
  ['p99', 'border-control border-t-2 border-dotted'],
] as const;

function Readout({ data, index }: { data: ChartData; index: number | null }) {
  const at = index === null ? undefined : data.t[index];

  return (
    <div className="flex min-h-6 flex-wrap items-center gap-x-4 gap-y-1 text-sm" aria-live="polite">
      {keys.map(([name, colour]) => (
        <span key={name} className="flex items-center gap-1.5">
          <span aria-hidden className={`w-3.5 ${colour}`} />
          <span className="text-muted">{name}</span>
          {index !== null && <span>{milliseconds(data[name][index])}</span>}
        </span>
      ))}
      <span className="flex items-center gap-1.5">
        <span aria-hidden className="size-3 rounded-[3px] bg-accent-soft ring-1 ring-accent/40" />
        <span className="text-muted">min–max</span>
        {index !== null && (
          <span>
            {milliseconds(data.min[index])} – {milliseconds(data.max[index])}
          </span>
        )}
      </span>
      {at !== undefined && <span className="ml-auto text-muted">{absolute(at)}</span>}
    </div>
  );
}
