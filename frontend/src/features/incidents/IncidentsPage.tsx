import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { api, data } from '@/shared/api/client';
import type { IncidentStatus } from '@/shared/api/schema';
import { zoneName } from '@/shared/time/format';
import { Button } from '@/shared/ui/Button';
import { Page } from '@/shared/ui/Page';
import { Segmented } from '@/shared/ui/Segmented';
import { Empty, Failed, SkeletonRows } from '@/shared/ui/states';
import { IncidentCard } from './IncidentCard';

const tabs = [
  { value: 'open', label: 'Open' },
  { value: 'acknowledged', label: 'Acknowledged' },
  { value: 'resolved', label: 'Resolved' },
  { value: 'all', label: 'All' },
];

const nothing: Record<string, [string, string]> = {
  open: [
    'Nothing is down',
    'When a monitor goes down, its incident stands here until somebody acknowledges it or it recovers.',
  ],
  worked: [
    'What is down is acknowledged',
    'Somebody works on it: see Acknowledged. What goes down next stands here.',
  ],
  acknowledged: [
    'Nobody is working on anything',
    'Acknowledged incidents stay here until they recover; no more alerts are repeated for them.',
  ],
  resolved: [
    'No incident has been resolved yet',
    'What recovered is kept here with its cause and duration.',
  ],
  all: ['No incident yet', 'That is good news.'],
};

/** Of those that go on: how many wait, and how many have somebody. */
function useCount(status: IncidentStatus, monitor: number | undefined) {
  const { data: page } = useQuery({
    queryKey: ['incidents', 'count', status, monitor],
    queryFn: () =>
      data(api.GET('/incidents', { params: { query: { status, monitor, limit: 100 } } })),
    refetchInterval: 30_000,
  });
  if (!page || page.items.length === 0) return '';
  return ` ${page.items.length}${page.next_cursor ? '+' : ''}`;
}

export function IncidentsPage() {
  const { tab = 'open', incident: opened, monitor } = useSearch({ from: '/inside/incidents' });
  const navigate = useNavigate({ from: '/incidents' });

  const incidents = useInfiniteQuery({
    queryKey: ['incidents', tab, monitor],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/incidents', {
          params: {
            query: {
              status: tab === 'all' ? undefined : (tab as IncidentStatus),
              monitor,
              limit: 50,
              cursor: pageParam,
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 30_000,
  });
  const items = incidents.data?.pages.flatMap((page) => page.items) ?? [];
  const counts: Record<string, string> = {
    open: useCount('open', monitor),
    acknowledged: useCount('acknowledged', monitor),
  };
  const worked = tab === 'open' && counts.acknowledged ? 'worked' : tab;
  const [title, text] = nothing[worked] ?? nothing.all ?? ['', ''];

  return (
    <Page
      title="Incidents"
      lead={
        <>
          Times in {zoneName()}
          {monitor && (
            <>
              {', of '}
              {items[0]?.monitor_name ?? 'one monitor'}
              {' only. '}
              <Link
                to="/incidents"
                search={{ tab: tab === 'open' ? undefined : tab }}
                className="text-accent underline underline-offset-2"
              >
                Show all
              </Link>
            </>
          )}
        </>
      }
      actions={
        <Segmented
          label="Which"
          value={tab}
          options={tabs.map(({ value, label }) => ({
            value,
            label: `${label}${counts[value] ?? ''}`,
          }))}
          onChange={(value) =>
            navigate({
              search: { tab: value === 'open' ? undefined : value, monitor },
              replace: true,
            })
          }
        />
      }
    >
      {incidents.error && (
        <Failed
          what="The incidents could not be loaded"
          error={incidents.error}
          retry={incidents.refetch}
        />
      )}
      {incidents.isPending && <SkeletonRows rows={4} className="h-20" />}
      {incidents.data && items.length === 0 && (
        <Empty title={title}>
          <p>{text}</p>
        </Empty>
      )}
      {items.length > 0 && (
        <ul className="flex flex-col gap-2">
          {items.map((incident) => (
            <IncidentCard
              key={incident.id}
              incident={incident}
              open={incident.id === opened}
              onToggle={() =>
                navigate({
                  search: (old) => ({
                    ...old,
                    incident: incident.id === opened ? undefined : incident.id,
                  }),
                  replace: true,
                  resetScroll: false,
                })
              }
            />
          ))}
        </ul>
      )}
      {incidents.hasNextPage && (
        <Button busy={incidents.isFetchingNextPage} onClick={() => incidents.fetchNextPage()}>
          Older incidents
        </Button>
      )}
    </Page>
  );
}
