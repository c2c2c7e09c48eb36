// The state of the pages that lives in the URL.

import type { SortKey } from './model';

export type ListSearch = { q?: string; sort?: SortKey };

const sorts: SortKey[] = ['status', 'name', 'uptime', 'latency', 'since'];

export function readListSearch(search: Record<string, unknown>): ListSearch {
  const sort = search.sort as SortKey;
  return {
    q: typeof search.q === 'string' && search.q ? search.q : undefined,
    sort: sorts.includes(sort) && sort !== 'status' ? sort : undefined,
  };
}

export const ranges = {
  '1h': 3600,
  '24h': 86400,
  '7d': 604800,
  '30d': 2592000,
  '90d': 7776000,
  '1y': 31536000,
} as const;

export type RangeName = keyof typeof ranges;

export type DetailSearch = {
  range?: RangeName;
  from?: number;
  to?: number;
  outcome?: string;
};

export function readDetailSearch(search: Record<string, unknown>): DetailSearch {
  const range = search.range as RangeName;
  const from = Number(search.from);
  const to = Number(search.to);
  const custom = from > 0 && to > from;
  const outcome = ['up', 'degraded', 'down', 'unknown'].includes(search.outcome as string);
  return {
    range: !custom && range in ranges && range !== '24h' ? range : undefined,
    from: custom ? from : undefined,
    to: custom ? to : undefined,
    outcome: outcome ? (search.outcome as string) : undefined,
  };
}
