import type { Series } from '@/shared/api/schema';
import type { Shade } from '@/shared/charts/LatencyChart';
import type { Timed } from './phases';

type Column = (number | null)[];

/** The mean of a column, each bucket counting as many checks as it has. */
function mean(values: Column | undefined, weights: number[]): number | null {
  let sum = 0;
  let weight = 0;
  values?.forEach((value, i) => {
    const n = weights[i] ?? 0;
    if (value === null || n === 0) return;
    sum += value * n;
    weight += n;
  });
  return weight > 0 ? sum / weight : null;
}

export function summary(series: Series): Timed & { checks: number } {
  const good = series.t.map((_, i) => (series.up[i] ?? 0) + (series.degraded[i] ?? 0));
  const all = series.t.map((_, i) => (good[i] ?? 0) + (series.down[i] ?? 0));

  return {
    checks: all.reduce((sum, n) => sum + n, 0),
    latency_ms: mean(series.avg_ms, good),
    dns_ms: mean(series.dns_ms, good),
    connect_ms: mean(series.connect_ms, good),
    tls_ms: mean(series.tls_ms, good),
    ttfb_ms: mean(series.ttfb_ms, good),
  };
}

export function outagesOf(
  incidents: { started_at: string; ended_at: string | null }[],
  now: number,
): Shade[] {
  return incidents.map((incident) => ({
    from: Date.parse(incident.started_at) / 1000,
    to: incident.ended_at ? Date.parse(incident.ended_at) / 1000 : now,
  }));
}
