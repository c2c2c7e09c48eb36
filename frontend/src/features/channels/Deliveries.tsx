import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useMonitors } from '@/features/monitors';
import { api, data } from '@/shared/api/client';
import { dateTime, zoneName } from '@/shared/time/format';
import { At } from '@/shared/time/Time';
import { Button } from '@/shared/ui/Button';
import { Panel } from '@/shared/ui/Panel';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { channelKeys } from './queries';

const outcomes = {
  delivered: ['Delivered', 'text-up-text'],
  temporary: ['Failed, tried again', 'text-degraded-text'],
  permanent: ['Refused', 'text-down-text'],
} as const;

const words = (event: string) =>
  event === 'cert' ? 'Certificate' : event.charAt(0).toUpperCase() + event.slice(1);

/** What was sent, and what the other side said. */
export function Deliveries({ id }: { id: number }) {
  const log = useInfiniteQuery({
    queryKey: channelKeys.deliveries(id),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/channels/{id}/deliveries', {
          params: { path: { id }, query: { limit: 20, cursor: pageParam } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const { data: monitors } = useMonitors();
  const names = useMemo(
    () => new Map(monitors?.rows.map(({ id, name }) => [id, name])),
    [monitors],
  );
  const nameOf = (id: number | null) => (id === null ? '' : (names.get(id) ?? 'a deleted monitor'));
  const tries = log.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <Panel
      title="Deliveries"
      lead={`What was sent, newest first, and what the other side answered. Times in ${zoneName()}.`}
    >
      {log.error && (
        <Failed what="The log could not be loaded" error={log.error} retry={log.refetch} />
      )}
      {log.isPending && <SkeletonRows rows={3} />}
      {log.data && tries.length === 0 && (
        <p className="text-muted">Nothing was sent yet. The first alert stands here.</p>
      )}
      <ul className="divide-y divide-line">
        {tries.map((each) => {
          const [text, tone] = outcomes[each.status];
          return (
            <li
              key={each.id}
              className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 py-2 sm:grid-cols-[112px_88px_minmax(0,1fr)_minmax(0,1fr)]"
            >
              <span className="text-muted max-sm:order-2">
                <At at={each.at} format={dateTime} />
              </span>
              <span className="max-sm:order-1">
                {words(each.event)}
                <span className="sm:hidden">: {nameOf(each.monitor_id)}</span>
              </span>
              <span className="min-w-0 break-words max-sm:hidden">{nameOf(each.monitor_id)}</span>
              <span className="min-w-0 max-sm:order-3 max-sm:col-span-2">
                <span className={tone}>{text}</span>
                {each.code !== null && <span className="text-muted"> {each.code}</span>}
                {each.attempt > 1 && <span className="text-muted">, try {each.attempt}</span>}
                {each.detail && <span className="break-words text-muted">: {each.detail}</span>}
              </span>
            </li>
          );
        })}
      </ul>
      {log.hasNextPage && (
        <Button className="mt-3" busy={log.isFetchingNextPage} onClick={() => log.fetchNextPage()}>
          Older deliveries
        </Button>
      )}
    </Panel>
  );
}
