import { Pencil, Trash2 } from 'lucide-react';
import type { Maintenance } from '@/shared/api/schema';
import { dateTime, span, utcDateTime, zoneName } from '@/shared/time/format';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { rule } from './values';

type Props = { window: Maintenance; onEdit: () => void; onDelete: () => void };

function subjects({ monitor_ids, tags }: Maintenance): string {
  const parts = [
    ...(monitor_ids.length === 1 ? ['one monitor'] : []),
    ...(monitor_ids.length > 1 ? [`${monitor_ids.length} monitors`] : []),
    ...(tags.length > 0 ? [`tagged ${tags.join(', ')}`] : []),
  ];
  return parts.join(' and ') || 'no monitors';
}

export function WindowCard({ window, onEdit, onDelete }: Props) {
  const utc = zoneName() === 'UTC';

  return (
    <li className="card flex flex-col gap-3 p-4">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1 break-words font-medium">
            {window.name}
            {window.active && <Badge tone="maintenance">Active now</Badge>}
            {!window.enabled && <Badge>Switched off</Badge>}
          </p>
          <p className="break-words text-muted text-sm">
            {rule(window)}, {window.timezone}; {subjects(window)}
          </p>
        </div>
        <Button variant="ghost" size="iconSm" aria-label={`Edit ${window.name}`} onClick={onEdit}>
          <Pencil aria-hidden size={15} />
        </Button>
        <Button
          variant="ghost"
          size="iconSm"
          aria-label={`Delete ${window.name}`}
          onClick={onDelete}
        >
          <Trash2 aria-hidden size={15} />
        </Button>
      </div>
      {window.next.length === 0 || !window.enabled ? (
        <p className="text-muted text-sm">
          {window.enabled
            ? 'It is over and does not come again.'
            : 'It does not come while it is off.'}
        </p>
      ) : (
        <ol className="flex flex-col gap-1 max-sm:gap-2 border-line-strong border-l-2 pl-4 text-sm">
          {window.next.map(({ starts_at, ends_at }) => (
            <li key={starts_at} className="grid gap-x-6 sm:grid-cols-[minmax(280px,auto)_1fr]">
              <span>
                {span(dateTime(starts_at), dateTime(ends_at))}{' '}
                <span className="text-muted">{zoneName()}</span>
              </span>
              {!utc && (
                <span className="text-muted">
                  {span(utcDateTime(starts_at), utcDateTime(ends_at))} UTC
                </span>
              )}
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}
