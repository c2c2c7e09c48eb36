// Requests whose answers are not used as they come.

import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import type { CompactMonitor, Monitor, MonitorFields } from '@/shared/api/schema';
import { continued } from '@/shared/charts/bars';
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
    maintenanceUntil: monitor.maintenance_until ?? null,
    bars: continued(monitor.day ?? '', monitor.interval ?? 60),
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

/** The ids of those that are down: few, where the list is long. */
export async function listDown(signal: AbortSignal): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | undefined;

  do {
    const query = { view: 'compact' as const, status: ['down' as const], limit: 1000, cursor };
    const page = await data(api.GET('/monitors', { params: { query }, signal }));
    for (const { id } of page.items as CompactMonitor[]) ids.push(id);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);

  return ids;
}

// what one request takes
const MANY = 1000;

function* portions(ids: number[]) {
  for (let i = 0; i < ids.length; i += MANY) yield ids.slice(i, i + MANY);
}

/** Those that may not be so stay as they are; the error says why. */
export async function bulkPatch(ids: number[], patch: MonitorFields): Promise<void> {
  const refused: string[] = [];

  for (const portion of portions(ids)) {
    const body = { ids: portion, patch };
    const { items } = await data(api.PATCH('/monitors', { body }));
    for (const item of items) {
      if (item.result === 'invalid') refused.push(item.errors?.[0]?.message ?? 'it is not valid');
      if (item.result === 'not_found') refused.push('it is gone');
    }
  }

  if (refused.length > 0) {
    const detail = `${refused.length} of ${ids.length} could not be changed: ${refused[0]}.`;
    throw new ApiError({ code: 'partly', detail }, 422);
  }
}

/** Gives back which of them were changed by it. */
export async function bulkChannel(
  ids: number[],
  way: 'add' | 'remove',
  channel: number,
): Promise<number[]> {
  const changed: number[] = [];

  for (const portion of portions(ids)) {
    const body = { ids: portion, [`${way}_channels` as const]: [channel] };
    const { items } = await data(api.PATCH('/monitors', { body }));
    for (const { id, result } of items) if (result === 'updated') changed.push(id);
  }

  return changed;
}

export async function bulkDelete(ids: number[]): Promise<void> {
  for (const portion of portions(ids)) await api.DELETE('/monitors', { body: { ids: portion } });
}

type Known = MonitorFields & { id: number };

/** With all their fields, for an Undo: one by one when they are few. */
export async function wholeMonitors(ids: number[]): Promise<Known[]> {
  const wanted = new Set(ids);
  if (ids.length <= 5) return Promise.all(ids.map((id) => oneMonitor(id)));

  const found: Known[] = [];
  let cursor: string | undefined;
  do {
    const query = { view: 'full' as const, limit: 1000, cursor };
    const page = await data(api.GET('/monitors', { params: { query } }));
    for (const item of page.items as Known[]) {
      if (wanted.has(item.id)) found.push(item);
    }
    cursor = page.next_cursor ?? undefined;
  } while (cursor && found.length < ids.length);
  return found;
}

function oneMonitor(id: number): Promise<Monitor> {
  return data(api.GET('/monitors/{id}', { params: { path: { id } } }));
}
