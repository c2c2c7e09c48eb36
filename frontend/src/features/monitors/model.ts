// What the pages of monitors work with, and the pure functions of it.

import type { Monitor, Status } from '@/shared/api/schema';

export type MonitorRow = {
  id: number;
  name: string;
  url: string;
  type: Monitor['type'];
  status: Status;
  since: string;
  tags: string[];
  cause: string | null;
  latency: number | null;
  uptime24h: number | null;
  p95: number | null;
  /** The end of the maintenance window that it is in, epoch seconds. */
  maintenanceUntil: number | null;
  bars: string;
};

export type SortKey = 'status' | 'name' | 'uptime' | 'latency' | 'since';

const severity: Record<Status, number> = {
  down: 0,
  degraded: 1,
  unknown: 2,
  pending: 3,
  up: 4,
  paused: 5,
};

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const orders: Record<SortKey, (a: MonitorRow, b: MonitorRow) => number> = {
  // problems first; among them the newest first, because that is news
  status: (a, b) =>
    severity[a.status] - severity[b.status] ||
    (severity[a.status] < 2 ? b.since.localeCompare(a.since) : 0),
  name: () => 0,
  uptime: (a, b) => (a.uptime24h ?? 2) - (b.uptime24h ?? 2),
  latency: (a, b) => (b.p95 ?? b.latency ?? -1) - (a.p95 ?? a.latency ?? -1),
  since: (a, b) => b.since.localeCompare(a.since),
};

export function sortRows(rows: MonitorRow[], key: SortKey): MonitorRow[] {
  const order = orders[key];
  return [...rows].sort((a, b) => order(a, b) || collator.compare(a.name, b.name) || a.id - b.id);
}

export function countByStatus(rows: MonitorRow[]): Record<Status, number> {
  const counts = { pending: 0, up: 0, degraded: 0, down: 0, unknown: 0, paused: 0 };
  for (const row of rows) counts[row.status] += 1;
  return counts;
}

/** A window that ended since the list was read is over. */
export function inMaintenance(row: MonitorRow): row is MonitorRow & { maintenanceUntil: number } {
  return row.maintenanceUntil !== null && row.maintenanceUntil > Date.now() / 1000;
}

/** Of those that were down, the ones that still are, and those that came. */
export function stillDown(
  ids: number[],
  changed: { id: number; status: Status }[],
  gone: number[],
): number[] {
  const down = new Set(ids);
  for (const { id, status } of changed) {
    if (status === 'down') down.add(id);
    else down.delete(id);
  }
  for (const id of gone) down.delete(id);
  return [...down];
}

export function allTags(rows: MonitorRow[]): string[] {
  return [...new Set(rows.flatMap((row) => row.tags))].sort(collator.compare);
}

/** Where it leads to, short: without the scheme of http and a lone slash. */
export function shortUrl(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/** "https://shop.example.com/x" → "shop.example.com"; "" when it is no URL. */
export function hostOf(text: string): string {
  try {
    return new URL(completeUrl(text)).hostname;
  } catch {
    return '';
  }
}

/** What was pasted, as a URL: https is guessed where no scheme is given. */
export function completeUrl(text: string): string {
  const trimmed = text.trim();
  if (!trimmed || /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) || /^dns:/i.test(trimmed))
    return trimmed;
  return `https://${trimmed}`;
}

const schemes: Record<string, Monitor['type']> = {
  'http:': 'http',
  'https:': 'http',
  'tcp:': 'tcp',
  'tls:': 'tls',
  'dns:': 'dns',
  'icmp:': 'icmp',
};

export function typeOfUrl(text: string): Monitor['type'] | null {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(completeUrl(text))?.[0].toLowerCase();
  return (scheme && schemes[scheme]) || null;
}
