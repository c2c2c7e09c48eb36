// The one formatter: every time, duration, latency and ratio on a page comes
// from here.  Times are shown in the zone that is preferred, and say which.

import { preferences } from '@/shared/preferences/preferences';

export type Instant = string | number | Date;

const formats = new Map<string, Intl.DateTimeFormat>();

function zone(): string | undefined {
  const chosen = preferences().timeZone;
  return chosen === 'local' ? undefined : chosen;
}

export function zoneName(): string {
  return zone() ?? format('zone', {}).resolvedOptions().timeZone;
}

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${zone() ?? ''}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', { timeZone: zone(), ...options });
    formats.set(key, found);
  }
  return found;
}

// numbers are epoch seconds, as in columnar series
export function toDate(at: Instant): Date {
  if (at instanceof Date) return at;
  return new Date(typeof at === 'number' ? at * 1000 : at);
}

export function clock(at: Instant): string {
  return format('clock', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(
    toDate(at),
  );
}

export function hourMinute(at: Instant): string {
  return format('hm', { hour: '2-digit', minute: '2-digit' }).format(toDate(at));
}

export function day(at: Instant): string {
  return format('day', { day: 'numeric', month: 'short' }).format(toDate(at));
}

export function date(at: Instant): string {
  return format('date', { day: 'numeric', month: 'short', year: 'numeric' }).format(toDate(at));
}

/** "6 Dec, 03:30"; with the year once that is not clear any more. */
export function dateTime(at: Instant): string {
  const when = toDate(at);
  const far = Math.abs(Date.now() - when.getTime()) > 300 * 86_400_000;
  return format(far ? 'dty' : 'dt', {
    day: 'numeric',
    month: 'short',
    year: far ? 'numeric' : undefined,
    hour: '2-digit',
    minute: '2-digit',
  }).format(when);
}

/** "6 Dec, 03:30", "6 Dec, 04:15" → "6 Dec, 03:30 – 04:15" */
export function span(from: string, until: string): string {
  const [day, time] = until.split(', ');
  return `${from} – ${from.startsWith(`${day}, `) ? time : until}`;
}

/** As dateTime(), in UTC, whatever is preferred. */
export function utcDateTime(at: Instant): string {
  return format('utc', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(toDate(at));
}

/** "2026-12-06" → "Dec" */
export function monthOf(isoDay: string): string {
  return format('month', { timeZone: 'UTC', month: 'short' }).format(new Date(isoDay));
}

/** For titles and tooltips: whole, with the zone. */
export function absolute(at: Instant): string {
  return format('abs', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(toDate(at));
}

const units: [number, string][] = [
  [86400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** The two largest units: "2 d 3 h", "4 min 10 s". */
export function duration(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  if (rest === 0) return '0 s';
  const parts: string[] = [];

  for (const [size, name] of units) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0) parts.push(`${n} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }

  return parts.join(' ');
}

/** The largest unit: "3 h ago". */
export function ago(at: Instant, now: number = Date.now()): string {
  const seconds = Math.round((now - toDate(at).getTime()) / 1000);
  if (Math.abs(seconds) < 5) return 'just now';
  const span = Math.abs(seconds);
  const [size, name] = units.find(([size]) => span >= size) ?? [1, 's'];
  const text = `${Math.floor(span / size)} ${name}`;
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

export function interval(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  if (seconds % 60 === 0) return `${seconds / 60} min`;
  return `${seconds} s`;
}

export function milliseconds(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 10000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** "0.48/s", "4.2/s", "1,200/s" */
export function perSecond(n: number): string {
  if (n === 0) return '0/s';
  return `${n < 10 ? n.toFixed(n < 1 ? 2 : 1) : count(Math.round(n))}/s`;
}

/** Never rounds an outage away: 0.99999 is 99.99 %, not 100 %. */
export function ratio(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined) return '–';
  if (value >= 1) return '100 %';
  const factor = 10 ** digits;
  const down = Math.floor(Math.min(value * 100, 100) * factor) / factor;
  return `${down.toFixed(digits)} %`;
}

export function count(n: number): string {
  return n.toLocaleString('en-GB');
}

const sizes = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Powers of 1000, as disks and PostgreSQL's bills are counted: "3.4 MB". */
export function bytes(n: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(n, 1)) / 3), sizes.length - 1);
  const value = n / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${sizes[power]}`;
}

/** 2026-11-22 of an instant, in the zone shown. */
export function isoDay(at: Instant): string {
  return format('iso', { year: 'numeric', month: '2-digit', day: '2-digit' })
    .format(toDate(at))
    .split('/')
    .reverse()
    .join('-');
}
