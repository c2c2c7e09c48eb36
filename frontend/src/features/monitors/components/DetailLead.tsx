import { Link } from '@tanstack/react-router';
import { ExternalLink } from 'lucide-react';
import { useWindowNow } from '@/features/maintenance';
import type { Monitor } from '@/shared/api/schema';
import { dateTime, interval } from '@/shared/time/format';
import { Since } from '@/shared/time/Time';
import { Badge } from '@/shared/ui/Badge';
import { StatusPill } from '@/shared/ui/StatusPill';
import { causeText } from '../causes';

export function DetailLead({ monitor }: { monitor: Monitor }) {
  const web = /^https?:/.test(monitor.url);
  const check = monitor.last_check;
  const maintenance = useWindowNow(monitor);
  const problem = monitor.status === 'down' || monitor.status === 'degraded';

  return (
    <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <StatusPill tone={monitor.status} />
      <span>
        for <Since at={monitor.status_since} />
        {problem && check?.cause && (
          <>
            {': '}
            <span className="text-text">{causeText(check.cause, check.http_status)}</span>
          </>
        )}
      </span>
      {maintenance && (
        <Link to="/maintenance" title={maintenance.name} className="rounded-full">
          <Badge tone="maintenance">Maintenance until {dateTime(maintenance.until)}</Badge>
        </Link>
      )}
      {web ? (
        <a
          href={monitor.url}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-w-0 max-w-full items-center gap-1 rounded-[3px] font-mono text-sm underline-offset-2 hover:text-text hover:underline"
        >
          <span className="truncate">{monitor.url}</span>
          <ExternalLink aria-label="opens a new tab" size={13} className="shrink-0" />
        </a>
      ) : (
        monitor.type !== 'push' && (
          <span className="min-w-0 truncate font-mono text-sm">{monitor.url}</span>
        )
      )}
      <span>every {interval(monitor.interval)}</span>
      {monitor.tags.map((tag) => (
        <span
          key={tag}
          className="rounded-full bg-paused-soft px-2 text-paused-text text-xs leading-5"
        >
          {tag}
        </span>
      ))}
    </div>
  );
}
