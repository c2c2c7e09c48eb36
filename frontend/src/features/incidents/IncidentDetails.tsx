import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import { absolute } from '@/shared/time/format';
import { Failed, Skeleton } from '@/shared/ui/states';

/** What the failing check saw. */
export function IncidentDetails({ id }: { id: number }) {
  const {
    data: incident,
    error,
    refetch,
  } = useQuery({
    queryKey: ['incidents', 'one', id],
    queryFn: () => data(api.GET('/incidents/{id}', { params: { path: { id } } })),
  });

  if (error)
    return <Failed what="The incident could not be loaded" error={error} retry={refetch} />;
  if (!incident) return <Skeleton className="mt-4 h-20" />;

  const evidence = Object.entries(incident.evidence ?? {});

  return (
    <div className="mt-4 flex flex-col gap-3 border-line border-t pt-4">
      {incident.first_error && <p className="break-words">{incident.first_error}</p>}
      <ol className="flex flex-col gap-1 border-line-strong border-l-2 pl-4">
        <Step at={incident.started_at} what="First failure" />
        <Step at={incident.confirmed_at} what={`Down, after ${incident.attempts} failures`} />
        {incident.acknowledged_at && (
          <Step
            at={incident.acknowledged_at}
            what={`Acknowledged by ${incident.acknowledged_by ?? 'somebody'}`}
          />
        )}
        {incident.ended_at && <Step at={incident.ended_at} what="Ended" />}
      </ol>
      {evidence.length > 0 && (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 rounded-control bg-sunken p-3 font-mono text-sm">
          {evidence.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="break-all">
                {typeof value === 'string' ? value : JSON.stringify(value)}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function Step({ at, what }: { at: string; what: string }) {
  return (
    <li className="flex flex-wrap gap-x-3">
      <span className="font-medium">{what}</span>
      <time dateTime={at} className="text-muted">
        {absolute(at)}
      </time>
    </li>
  );
}
