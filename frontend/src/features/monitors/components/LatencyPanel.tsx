import { lazy, Suspense, useDeferredValue, useMemo } from 'react';
import type { Monitor } from '@/shared/api/schema';
import { count, milliseconds } from '@/shared/time/format';
import { Failed, Skeleton } from '@/shared/ui/states';
import { useMonitorIncidents, useSeries } from '../history';
import { outagesOf, summary } from '../series';
import { Phases } from './Phases';

const load = () => import('@/shared/charts/LatencyChart');
const LatencyChart = lazy(load);

// on its way before there is anything to draw
load().catch(() => {});

type Props = {
  monitor: Monitor;
  from: number;
  to: number;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
};

export function LatencyPanel({ monitor, from, to, onZoom, onReset }: Props) {
  const series = useSeries(monitor.id, from, to);
  const incidents = useMonitorIncidents(monitor.id, from, to);

  // deferred: what is there stays until the chart can be drawn
  const values = useDeferredValue(series.data);
  const chart = useMemo(() => {
    if (!values) return undefined;
    const { t, min_ms, p50_ms, p95_ms, p99_ms, max_ms } = values;
    return { t, min: min_ms, p50: p50_ms, p95: p95_ms, p99: p99_ms, max: max_ms };
  }, [values]);
  const outages = useMemo(() => outagesOf(incidents.data?.items ?? [], to), [incidents.data, to]);
  const totals = useMemo(() => (values ? summary(values) : undefined), [values]);

  return (
    <section className="card p-4 sm:p-5">
      <div className="mb-2 flex flex-wrap items-baseline gap-x-4">
        <h2 className="font-semibold text-lg">Latency</h2>
        {totals && totals.checks > 0 && (
          <p className="text-muted text-sm">
            {count(totals.checks)} checks, average {milliseconds(totals.latency_ms)}
          </p>
        )}
      </div>
      {series.error && (
        <Failed what="The chart could not be loaded" error={series.error} retry={series.refetch} />
      )}
      <Suspense fallback={<Skeleton className="h-[284px]" />}>
        {!chart && !series.error && <Skeleton className="h-[284px]" />}
        {chart && (
          <LatencyChart
            data={chart}
            from={from}
            to={to}
            outages={outages}
            label={`Latency of ${monitor.name}`}
            onZoom={onZoom}
            onReset={onReset}
          />
        )}
      </Suspense>
      {chart && totals?.checks === 0 && (
        <p className="-mt-40 mb-32 text-center text-muted">No check in this range.</p>
      )}
      {totals && totals.checks > 0 && (
        <div className="mt-4 border-line border-t pt-4">
          <h3 className="mb-2 font-medium">Where the time goes, on average</h3>
          <Phases check={totals} />
        </div>
      )}
    </section>
  );
}
