import { useInfiniteQuery } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import { dateTime, zoneName } from '@/shared/time/format';
import { At } from '@/shared/time/Time';
import { Button } from '@/shared/ui/Button';
import { Panel } from '@/shared/ui/Panel';
import { Failed, SkeletonRows } from '@/shared/ui/states';

/** "key_created" → "Key created" */
const words = (event: string) =>
  (event.charAt(0).toUpperCase() + event.slice(1))
    .replaceAll('_', ' ')
    .replace('totp', 'two-factor');

export function Audit() {
  const trail = useInfiniteQuery({
    queryKey: ['audit'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      data(api.GET('/me/audit', { params: { query: { limit: 50, cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const entries = trail.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <Panel
      title="Audit"
      lead={`What happened to your account, kept for a year. Times in ${zoneName()}.`}
    >
      {trail.error && (
        <Failed what="The trail could not be loaded" error={trail.error} retry={trail.refetch} />
      )}
      {trail.isPending && <SkeletonRows />}
      <ul className="divide-y divide-line">
        {entries.map((entry) => (
          <li
            key={entry.id}
            className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 py-2 sm:grid-cols-[minmax(0,1fr)_240px_112px]"
          >
            <span className="min-w-0 break-words">
              {words(entry.event)}
              {entry.name && <span className="text-muted"> {entry.name}</span>}
            </span>
            <span className="truncate text-muted max-sm:order-last max-sm:col-span-2">
              {entry.address}
            </span>
            <span className="text-right text-muted">
              <At at={entry.at} format={dateTime} />
            </span>
          </li>
        ))}
      </ul>
      {trail.hasNextPage && (
        <Button
          className="mt-3"
          busy={trail.isFetchingNextPage}
          onClick={() => trail.fetchNextPage()}
        >
          Older entries
        </Button>
      )}
    </Panel>
  );
}
