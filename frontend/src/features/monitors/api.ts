// Requests whose answers are not used as they come.

import { api, data } from '@/shared/api/client';
import type { CompactMonitor, Monitor, MonitorFields } from '@/shared/api/schema';
import type { MonitorRow } from './model';

/** What the list shows; what is null or empty is left out on the way. */
function rowOf(monitor: CompactMonitor): MonitorRow {
  return {
    id: monitor.id,
    name: monitor.name,
    url: monitor.url ?? '',
    type: monitor.type as Monitor['type'],
    status: monitor.status,
    since: new Date(monitor.since * 1000).toISOString(),
    tags: monitor.tags ?? [],
    cause: monitor.cause ?? null,
    latency: monitor.latency_ms ?? null,
    uptime24h: monitor.uptime_24h ?? null,
    p95: monitor.p95_ms_24h ?? null,
    bars: monitor.day ?? '',
  };
}

export async function* listMonitors(signal: AbortSignal) {
  let cursor: string | undefined;

  do {
    const query = { view: 'compact' as const, sort: 'status' as const, limit: 1000, cursor };
    const page = await data(api.GET('/monitors', { params: { query }, signal }));
    cursor = page.next_cursor ?? undefined;
    yield { rows: (page.items as CompactMonitor[]).map(rowOf), more: cursor !== undefined };
  } while (cursor);
}

export async function bulkPatch(ids: number[], patch: MonitorFields): Promise<void> {
  for (const id of ids) {
    await api.PATCH('/monitors/{id}', { params: { path: { id } }, body: patch });
  }
}

export async function bulkDelete(ids: number[]): Promise<void> {
  for (const id of ids) await api.DELETE('/monitors/{id}', { params: { path: { id } } });
}

export function oneMonitor(id: number): Promise<Monitor> {
  return data(api.GET('/monitors/{id}', { params: { path: { id } } }));
}
