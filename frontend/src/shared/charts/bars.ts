// The bar of the last 24 hours: one letter a bucket.
//   u up, g degraded, d down, m maintenance, n unknown, p paused, . no data

export type Bucket = 'up' | 'degraded' | 'down' | 'maintenance' | 'unknown' | 'paused' | 'none';

const letters: Record<string, Bucket> = {
  u: 'up',
  g: 'degraded',
  d: 'down',
  m: 'maintenance',
  n: 'unknown',
  p: 'paused',
};

export function bucketOf(letter: string | undefined): Bucket {
  return letters[letter ?? ''] ?? 'none';
}

/** Height of a bucket, of 1: outages stick out, also without colour. */
export const heights: Record<Bucket, number> = {
  up: 0.68,
  degraded: 0.84,
  down: 1,
  maintenance: 0.68,
  unknown: 0.3,
  paused: 0,
  none: 0,
};

/**
 * A check counts until the next one: with an interval of hours the half hours
 * between two checks are what the last one said.
 */
export function continued(bars: string, interval: number): string {
  const reach = Math.ceil(interval / (86400 / bars.length));
  let known = '';
  let left = 0;
  let filled = '';

  for (const letter of bars) {
    if (letter !== '.') {
      known = letter;
      left = reach;
    } else left -= 1;
    filled += letter === '.' && left > 0 ? known : letter;
  }

  return filled;
}

/** For those who do not see it. */
export function sentence(bars: string): string {
  const counts = { up: 0, degraded: 0, down: 0, maintenance: 0, unknown: 0, paused: 0, none: 0 };
  for (const letter of bars) counts[bucketOf(letter)] += 1;
  const known = bars.length - counts.none - counts.paused - counts.unknown;
  if (known === 0) return 'Last 24 hours: nothing known yet';
  if (counts.down + counts.degraded === 0) return 'Last 24 hours: up';

  const parts = [];
  if (counts.down > 0) parts.push(`down in ${counts.down}`);
  if (counts.degraded > 0) parts.push(`degraded in ${counts.degraded}`);
  return `Last 24 hours: ${parts.join(' and ')} of ${known} periods`;
}

/** Which part of the last 24 hours a bucket is, as epoch seconds. */
export function span(index: number, count: number, end: number): [number, number] {
  const size = 86400 / count;
  const last = Math.ceil(end / size) * size;
  return [last - (count - index) * size, last - (count - index - 1) * size];
}
