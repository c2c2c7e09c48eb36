// History of one monitor: checks, series, uptime, incidents.

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import type { Outcome } from '@/shared/api/schema';
import { zoneName } from '@/shared/time/format';
import { monitorKeys } from './queries';

const rfc = (seconds: number) => new Date(seconds * 1000).toISOString();

export function useSeries(id: number, from: number, to: number) {
  // as many as the screen can show
  const points = Math.min(2000, Math.max(120, Math.round(innerWidth / 2)));
  return useQuery({
    queryKey: [...monitorKeys.history(id), 'series', from, to, points],
    queryFn: () =>
      data(
        api.GET('/monitors/{id}/series', {
          params: { path: { id }, query: { from: rfc(from), to: rfc(to), points } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function useUptime(id: number) {
  const tz = zoneName();
  return useQuery({
    queryKey: [...monitorKeys.history(id), 'uptime', tz],
    queryFn: () =>
      data(
        api.GET('/monitors/{id}/uptime', { params: { path: { id }, query: { tz, days: 365 } } }),
      ),
    staleTime: 60_000,
  });
}

export function useChecks(
  id: number,
  from: number,
  to: number,
  outcome: Outcome | undefined,
  enabled: boolean,
) {
  return useInfiniteQuery({
    queryKey: [...monitorKeys.history(id), 'checks', from, to, outcome],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/monitors/{id}/checks', {
          params: {
            path: { id },
            query: { from: rfc(from), to: rfc(to), outcome, limit: 50, cursor: pageParam },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useMonitorIncidents(id: number, from: number, to: number) {
  return useQuery({
    queryKey: [...monitorKeys.history(id), 'incidents', from, to],
    queryFn: () =>
      data(
        api.GET('/monitors/{id}/incidents', {
          params: { path: { id }, query: { from: rfc(from), to: rfc(to), limit: 100 } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
