// Wall time in any zone, with Intl only: "2026-03-29T02:30" in Europe/Berlin.

function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(at * 1000));
  const get = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    get('year'),
    get('month') - 1,
    get('day'),
    get('hour'),
    get('minute'),
    get('second'),
  );
  return wall / 1000 - Math.floor(at);
}

/** Epoch seconds as a datetime-local value. */
export function toWall(at: number, zone: string): string {
  return new Date((at + offset(at, zone)) * 1000).toISOString().slice(0, 16);
}

/**
 * A datetime-local value as epoch seconds; null when it is none.  A time that
 * a change of clocks skips is taken as the one after it, a time that comes
 * twice as the first.
 */
export function fromWall(text: string, zone: string): number | null {
  const wall = Date.parse(`${text}Z`) / 1000;
  if (Number.isNaN(wall)) return null;
  const before = wall - offset(wall - 86400, zone);
  const after = wall - offset(wall + 86400, zone);
  if (before + offset(before, zone) === wall) return before;
  if (after + offset(after, zone) === wall) return after;
  return before;
}
