import { Link } from '@tanstack/react-router';
import { dateTime, duration } from '@/shared/time/format';
import { At, Since } from '@/shared/time/Time';
import { StatusGlyph } from '@/shared/ui/StatusGlyph';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { causeText } from '../causes';
import { useMonitorIncidents } from '../history';

export function IncidentList({ id, from, to }: { id: number; from: number; to: number }) {
  const { data, error, refetch } = useMonitorIncidents(id, from, to);

  return (
    <section className="card p-4 sm:p-5">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="font-semibold text-lg">Incidents</h2>
        <Link
          to="/incidents"
          search={{ tab: 'all', monitor: id }}
          className="text-muted text-sm underline underline-offset-2 hover:text-text"
        >
          All of this monitor
        </Link>
      </div>
      {error && <Failed what="Incidents could not be loaded" error={error} retry={refetch} />}
      {!data && !error && <SkeletonRows rows={2} />}
      {data && data.items.length === 0 && <p className="text-muted">None in this range.</p>}
      {data && data.items.length > 0 && (
        <ul className="divide-y divide-line">
          {data.items.map((incident) => (
            <li key={incident.id} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 py-2">
              <StatusGlyph tone={incident.ended_at ? 'up' : 'down'} />
              <Link
                to="/incidents"
                search={{ tab: 'all', monitor: id, incident: incident.id }}
                className="min-w-0 flex-1 basis-40 truncate font-medium underline-offset-2 hover:underline"
              >
                {causeText(incident.cause, incident.http_status) || 'Down'}
              </Link>
              <span className="text-muted text-sm">
                <At at={incident.started_at} format={dateTime} />
              </span>
              <span className="text-sm max-sm:w-full max-sm:pl-7 sm:w-24 sm:text-right">
                {incident.ended_at ? (
                  duration(incident.duration_s)
                ) : (
                  <Since at={incident.started_at} />
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
