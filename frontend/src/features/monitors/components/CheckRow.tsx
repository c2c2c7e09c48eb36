import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import type { Check, Monitor } from '@/shared/api/schema';
import { dateTime, milliseconds, toDate } from '@/shared/time/format';
import { At } from '@/shared/time/Time';
import { Button } from '@/shared/ui/Button';
import { CopyButton } from '@/shared/ui/CopyButton';
import { StatusGlyph } from '@/shared/ui/StatusGlyph';
import { statusWord } from '@/shared/ui/StatusPill';
import { causeText } from '../causes';
import { curlOf } from '../curl';
import { Phases } from './Phases';

const seconds = (at: Parameters<typeof dateTime>[0]) =>
  `${dateTime(at)}:${String(toDate(at).getUTCSeconds()).padStart(2, '0')}`;

export function CheckRow({ check, monitor }: { check: Check; monitor: Monitor }) {
  const [open, setOpen] = useState(false);

  return (
    <>
      <tr className="border-line border-b [&>td]:py-1.5 [&>td]:pr-3">
        <td className="whitespace-nowrap">
          <At at={check.checked_at} format={seconds} />
        </td>
        <td>
          <span className="flex items-center gap-1.5">
            <StatusGlyph tone={check.outcome} size={14} />
            <span className="min-w-0">
              {statusWord[check.outcome]}
              {check.cause && (
                <span className="text-muted max-sm:block">
                  {' '}
                  {causeText(check.cause, check.http_status)}
                </span>
              )}
              {check.maintenance && <span className="text-muted"> in maintenance</span>}
              {check.attempt > 1 && <span className="text-muted"> (try {check.attempt})</span>}
            </span>
          </span>
        </td>
        <td className="whitespace-nowrap text-right">{milliseconds(check.latency_ms)}</td>
        <td className="text-right max-sm:hidden">{check.http_status ?? '–'}</td>
        <td className="max-w-32 truncate pl-6 text-muted max-md:hidden">{check.node ?? '–'}</td>
        <td className="pr-0! text-right">
          <Button
            variant="ghost"
            size="iconSm"
            aria-expanded={open}
            aria-label={`Details of the check at ${seconds(check.checked_at)}`}
            onClick={() => setOpen(!open)}
          >
            <ChevronDown aria-hidden size={15} className={open ? 'rotate-180' : ''} />
          </Button>
        </td>
      </tr>
      {open && (
        <tr className="border-line border-b bg-sunken">
          <td colSpan={6} className="p-3">
            <Phases check={check} />
            <p className="mt-2 text-muted">
              Planned for {seconds(check.slot)}
              {check.node && ` on ${check.node}`}.
              {check.maintenance && ' It was in a maintenance window and does not count.'}
            </p>
            {monitor.type === 'http' && (
              <p className="mt-1 flex items-center gap-1">
                <code className="min-w-0 truncate font-mono text-xs">{curlOf(monitor)}</code>
                <CopyButton text={curlOf(monitor)} label="Copy as curl" />
              </p>
            )}
          </td>
        </tr>
      )}
    </>
  );
}
