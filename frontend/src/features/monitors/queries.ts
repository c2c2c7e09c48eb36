import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import type { Changes } from '@/shared/api/live';
import type { Monitor } from '@/shared/api/schema';
import { bulkPatch, listDown, listMonitors } from './api';
import { type MonitorRow, stillDown } from './model';

export const monitorKeys = {
  list: ['monitors', 'list'] as const,
  down: ['monitors', 'down'] as const,
  one: (id: number) => ['monitors', id] as const,
  history: (id: number) => ['history', id] as const,
};

export type MonitorList = { rows: MonitorRow[]; complete: boolean };

/** How many are down, as far as it is known; of a list that is shown it is counted. */
export function useDownCount(listed: boolean): number | undefined {
  const list = useMonitors(listed);
  const down = useQuery({
    queryKey: monitorKeys.down,
    queryFn: ({ signal }) => listDown(signal),
    refetchInterval: 60_000,
    staleTime: 30_000,
    enabled: !listed,
  });

  if (!listed) return down.data?.length;
  return list.data?.rows.reduce((n, row) => n + (row.status === 'down' ? 1 : 0), 0);
}

/**
 * All of them.  What has come is shown meanwhile, each time twice as much as
 * the last: what is made of the rows costs as much as there are.
 */
export function useMonitors(enabled = true) {
  const client = useQueryClient();

  return useQuery({
    queryKey: monitorKeys.list,
    queryFn: async ({ signal }) => {
      const known = client.getQueryData<MonitorList>(monitorKeys.list);
      const rows: MonitorRow[] = [];
      let shown = 0;

      for await (const page of listMonitors(signal)) {
        rows.push(...page.rows);
        if (page.more && !known && rows.length >= 2 * shown) {
          shown = rows.length;
          client.setQueryData<MonitorList>(monitorKeys.list, { rows: [...rows], complete: false });
        }
      }

      return { rows, complete: true };
    },
    refetchInterval: 60_000,
    staleTime: 30_000,
    enabled,
  });
}

export function useMonitor(id: number) {
  return useQuery({
    queryKey: monitorKeys.one(id),
    queryFn: () =>
      data(api.GET('/monitors/{id}', { params: { path: { id } } })) as Promise<Monitor>,
    enabled: id > 0,
  });
}

/** Live events, into what is shown. */
export function applyChanges(client: QueryClient, changes: Changes) {
  if (changes.resync) {
    // while the first stream is opened the page is read: once is enough
    const young = Date.now() - 5000;
    client.invalidateQueries({
      predicate: ({ state }) =>
        !changes.first || (state.fetchStatus === 'idle' && state.dataUpdatedAt < young),
    });
    return;
  }

  const list = client.getQueryData<MonitorList>(monitorKeys.list);
  const changed = new Map(changes.monitors.map((monitor) => [monitor.id, monitor]));
  const gone = new Set(changes.deleted);
  let news = changed.size > 0 && list !== undefined;

  if (list) {
    const rows = list.rows
      .filter((row) => !gone.has(row.id))
      .map((row) => {
        const now = changed.get(row.id);
        if (!now) return row;
        changed.delete(row.id);
        return {
          ...row,
          name: now.name,
          status: now.status,
          since: now.status_since,
          cause: now.last_check?.cause ?? null,
          latency: now.last_check?.latency_ms ?? row.latency,
        };
      });
    news = changed.size > 0;
    client.setQueryData<MonitorList>(monitorKeys.list, { ...list, rows });
  }

  client.setQueryData<number[]>(
    monitorKeys.down,
    (old) => old && stillDown(old, changes.monitors, changes.deleted),
  );

  // made elsewhere: its other fields are not in the event
  if (news) client.invalidateQueries({ queryKey: monitorKeys.list });

  let transition = false;
  for (const monitor of changes.monitors) {
    client.setQueryData<Monitor>(monitorKeys.one(monitor.id), (old) => {
      if (!old) return old;
      if (old.status !== monitor.status) transition = true;
      return { ...old, ...monitor } as Monitor;
    });
    client.invalidateQueries({ queryKey: monitorKeys.history(monitor.id) });
    transition ||= Date.now() - Date.parse(monitor.status_since) < 30_000;
  }
  if (transition) client.invalidateQueries({ queryKey: ['incidents'] });
}

function patchRows(client: QueryClient, ids: number[], patch: Partial<MonitorRow>) {
  client.setQueryData<MonitorList>(monitorKeys.list, (list) =>
    list
      ? {
          ...list,
          rows: list.rows.map((row) => (ids.includes(row.id) ? { ...row, ...patch } : row)),
        }
      : list,
  );
}

/** Pause and resume are shown at once, and put back when they fail. */
export function useSetPaused() {
  const client = useQueryClient();

  return useMutation({
    mutationFn: ({ ids, paused }: { ids: number[]; paused: boolean }) => bulkPatch(ids, { paused }),
    onMutate: ({ ids, paused }) => {
      const before = client.getQueryData<MonitorList>(monitorKeys.list);
      patchRows(client, ids, {
        status: paused ? 'paused' : 'pending',
        since: new Date().toISOString(),
      });
      return before;
    },
    onError: (_error, _given, before) => client.setQueryData(monitorKeys.list, before),
    onSettled: () => client.invalidateQueries({ queryKey: ['monitors'] }),
  });
}
