import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, ChevronDown } from 'lucide-react';
import { causeText } from '@/features/monitors';
import { api, data } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import type { Incident } from '@/shared/api/schema';
import { absolute, dateTime, duration, span } from '@/shared/time/format';
import { Ago, At, Since } from '@/shared/time/Time';
import { Button } from '@/shared/ui/Button';
import { StatusGlyph } from '@/shared/ui/StatusGlyph';
import { toast } from '@/shared/ui/toast';
import { IncidentDetails } from './IncidentDetails';

const endings: Record<string, string> = {
  recovered: 'recovered',
  degraded: 'works again, but slowly',
  paused: 'the monitor was paused',
  changed: 'the monitor was changed',
  disabled: 'the account was disabled',
};

type Props = { incident: Incident; open: boolean; onToggle: () => void };

export function IncidentCard({ incident, open, onToggle }: Props) {
  const client = useQueryClient();
  const going = incident.ended_at === null;

  const acknowledge = useMutation({
    mutationFn: () =>
      data(api.POST('/incidents/{id}/acknowledge', { params: { path: { id: incident.id } } })),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['incidents'] });
      toast(`You work on ${incident.monitor_name}`, { tone: 'good' });
    },
    onError: (error) => toast(explain(error), { tone: 'bad' }),
  });

  return (
    <li className="card p-4">
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 sm:grid-cols-[minmax(0,1fr)_208px_auto]">
        <div className="flex min-w-0 items-start gap-3">
          <span className="mt-0.5">
            <StatusGlyph tone={going ? 'down' : 'up'} size={18} />
          </span>
          <div className="min-w-0">
            <Link
              to="/monitors/$id"
              params={{ id: String(incident.monitor_id) }}
              className="break-words font-medium underline-offset-2 hover:underline"
            >
              {incident.monitor_name}
            </Link>
            <p className={going ? 'text-down-text' : 'text-muted'}>
              {causeText(incident.cause, incident.http_status) || 'Down'}
              {incident.maintenance && ', during maintenance'}
            </p>
          </div>
        </div>
        <Times incident={incident} />
        {/* on phones the arrow is at the top, and what can be done below */}
        <div className="flex items-center justify-end gap-2 max-sm:contents">
          {incident.acknowledged_at ? (
            <span className="max-w-56 truncate text-muted text-sm max-sm:order-last max-sm:col-span-2 max-sm:ml-[30px]">
              {incident.acknowledged_by ?? 'Acknowledged'}, <Ago at={incident.acknowledged_at} />
            </span>
          ) : (
            going && (
              <Button
                className="max-sm:order-last max-sm:col-span-2 max-sm:ml-[30px] max-sm:justify-self-start"
                busy={acknowledge.isPending}
                onClick={() => acknowledge.mutate()}
              >
                <Check aria-hidden size={15} />
                Acknowledge
              </Button>
            )
          )}
          <Button
            variant="ghost"
            size="icon"
            className="max-sm:-mr-3 max-sm:col-start-2 max-sm:row-start-1"
            aria-expanded={open}
            aria-label={`Details of the incident of ${incident.monitor_name}`}
            onClick={onToggle}
          >
            <ChevronDown aria-hidden size={16} className={open ? 'rotate-180' : ''} />
          </Button>
        </div>
      </div>
      {open && <IncidentDetails id={incident.id} />}
    </li>
  );
}

function Times({ incident }: { incident: Incident }) {
  const { started_at, ended_at, end_reason, duration_s } = incident;

  return (
    <div className="text-sm max-sm:col-span-2 max-sm:ml-[30px]">
      {ended_at === null ? (
        <>
          <p>
            <Since at={started_at} /> <span className="text-muted">so far</span>
          </p>
          <p className="text-muted">
            since <At at={started_at} format={dateTime} />
          </p>
        </>
      ) : (
        <>
          <p>
            {duration(duration_s)}
            <span className="text-muted">, {endings[end_reason ?? ''] ?? 'ended'}</span>
          </p>
          <p className="text-muted">
            <time dateTime={started_at} title={`${absolute(started_at)} – ${absolute(ended_at)}`}>
              {span(dateTime(started_at), dateTime(ended_at))}
            </time>
          </p>
        </>
      )}
    </div>
  );
}
