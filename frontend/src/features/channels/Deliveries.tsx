import { useInfiniteQuery } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import { dateTime } from '@/shared/time/format';
import { At } from '@/shared/time/Time';
import { Button } from '@/shared/ui/Button';
import { Panel } from '@/shared/ui/Panel';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { channelKeys } from './queries';

const outcomes = {
  delivered: ['delivered', 'text-up-text'],
  temporary: ['failed, tried again', 'text-degraded-text'],
  permanent: ['refused', 'text-down-text'],
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
  const tries = log.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <Panel title="Deliveries" lead="What was sent, newest first, and what the other side answered.">
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
            <li key={each.id} className="flex flex-wrap gap-x-4 gap-y-1 py-2">
              <span className="w-28 shrink-0 text-muted">
                <At at={each.at} format={dateTime} />
              </span>
              <span className="w-24 shrink-0">{words(each.event)}</span>
              <span className="min-w-0 flex-1 basis-60">
                <span className={tone}>{text}</span>
                {each.code !== null && <span className="text-muted"> {each.code}</span>}
                {each.attempt > 1 && <span className="text-muted">, try {each.attempt}</span>}
                {each.detail && (
                  <span className="block break-words text-muted text-sm">{each.detail}</span>
                )}
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
