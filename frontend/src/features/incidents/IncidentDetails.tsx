import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import { absolute } from '@/shared/time/format';
import { Failed, Skeleton } from '@/shared/ui/states';
import { Evidence } from './Evidence';

const events: Record<string, string> = {
  failed: 'First failure',
  confirmed: 'Down',
  acknowledged: 'Acknowledged',
  held: 'Alert held back',
  message_sent: 'Alert sent',
  message_failed: 'Alert not delivered',
  recovered: 'Recovered',
  degraded: 'Works again, but slowly',
  paused: 'The monitor was paused',
  changed: 'The monitor was changed',
  disabled: 'The account was disabled',
};

/** What happened, and what the failing check saw. */
export function IncidentDetails({ id }: { id: number }) {
  const {
    data: incident,
    error,
    refetch,
  } = useQuery({
    queryKey: ['incidents', 'one', id],
    queryFn: () => data(api.GET('/incidents/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.ended_at ? false : 15_000),
  });

  if (error)
    return <Failed what="The incident could not be loaded" error={error} retry={refetch} />;
  if (!incident) return <Skeleton className="mt-4 h-20" />;

  return (
    <div className="mt-4 flex flex-col gap-4 border-line border-t pt-4">
      <ol className="flex flex-col gap-1 border-line-strong border-l-2 pl-4">
        {incident.timeline.map(({ at, event, detail }) => (
          <li key={`${at} ${event} ${detail}`} className="flex flex-wrap gap-x-3">
            <span className="font-medium">
              {events[event] ?? event}
              {event === 'confirmed' &&
                incident.attempts > 1 &&
                `, after ${incident.attempts} failures`}
            </span>
            {detail && <span className="min-w-0 break-words">{detail}</span>}
            <time dateTime={at} className="text-muted">
              {absolute(at)}
            </time>
          </li>
        ))}
      </ol>
      <Evidence evidence={incident.evidence} />
    </div>
  );
}
