import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import type { Maintenance, Monitor } from '@/shared/api/schema';
import { useNow } from '@/shared/time/useNow';

async function listActive(signal: AbortSignal): Promise<Maintenance[]> {
  const active: Maintenance[] = [];
  let cursor: string | undefined;

  do {
    const query = { limit: 100, cursor };
    const page = await data(api.GET('/maintenances', { params: { query }, signal }));
    active.push(...page.items.filter((window) => window.active));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);

  return active;
}

/** The window that the monitor is in, the longest of several; undefined while none is known. */
export function useWindowNow({ id, tags }: Pick<Monitor, 'id' | 'tags'>) {
  const { data: windows = [] } = useQuery({
    queryKey: ['maintenances', 'active'],
    queryFn: ({ signal }) => listActive(signal),
    refetchInterval: 60_000,
    staleTime: 30_000,
  });
  const now = useNow(5000);

  return windows
    .filter((each) => each.monitor_ids.includes(id) || each.tags.some((tag) => tags.includes(tag)))
    .map(({ name, next }) => ({ name, until: new Date(next[0]?.ends_at ?? '') }))
    .filter(({ until }) => until.getTime() > now)
    .sort((a, b) => b.until.getTime() - a.until.getTime())[0];
}
