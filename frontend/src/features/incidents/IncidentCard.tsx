import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { causeText } from '@/features/monitors';
import { api, data } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import type { Incident } from '@/shared/api/schema';
import { dateTime, duration } from '@/shared/time/format';
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

export function IncidentCard({ incident }: { incident: Incident }) {
  const [open, setOpen] = useState(false);
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
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="flex min-w-0 flex-1 basis-64 items-start gap-3">
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
        <div className="text-sm">
          <p>
            {going ? <Since at={incident.started_at} /> : duration(incident.duration_s)}
            <span className="text-muted">
              {' '}
              {going ? 'so far' : (endings[incident.end_reason ?? ''] ?? 'ended')}
            </span>
          </p>
          <p className="text-muted">
            since <At at={incident.started_at} format={dateTime} />
          </p>
        </div>
        <div className="flex items-center gap-2">
          {incident.acknowledged_at ? (
            <span className="max-w-56 truncate text-muted text-sm">
              {incident.acknowledged_by ?? 'Acknowledged'}, <Ago at={incident.acknowledged_at} />
            </span>
          ) : (
            going && (
              <Button busy={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
                <Check aria-hidden size={15} />
                Acknowledge
              </Button>
            )
          )}
          <Button
            variant="ghost"
            size="icon"
            aria-expanded={open}
            aria-label={`Details of the incident of ${incident.monitor_name}`}
            onClick={() => setOpen(!open)}
          >
            <ChevronDown aria-hidden size={16} className={open ? 'rotate-180' : ''} />
          </Button>
        </div>
      </div>
      {open && <IncidentDetails id={incident.id} />}
    </li>
  );
}
