import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import type { Monitor } from '@/shared/api/schema';
import { date, duration, milliseconds, ratio } from '@/shared/time/format';
import { Ago } from '@/shared/time/Time';
import { useUptime } from '../history';

function Figure({
  name,
  value,
  note,
  loud,
}: {
  name: string;
  value: ReactNode;
  note?: ReactNode;
  loud?: boolean;
}) {
  return (
    <div className="min-w-0 flex-1 basis-36 px-4 py-3">
      <dt className="text-muted text-xs">{name}</dt>
      <dd
        className={clsx('whitespace-nowrap font-semibold text-2xl', loud && 'text-degraded-text')}
      >
        {value}
      </dd>
      {note && <dd className="truncate text-muted text-xs">{note}</dd>}
    </div>
  );
}

const periods = [
  ['24h', '24 hours'],
  ['30d', '30 days'],
  ['365d', '1 year'],
] as const;

/** What one wants to know first. */
export function Figures({ monitor }: { monitor: Monitor }) {
  const { data } = useUptime(monitor.id);
  const check = monitor.last_check;

  return (
    <dl className="card flex flex-wrap divide-line overflow-hidden sm:divide-x">
      <Figure
        name="Last check"
        value={check ? milliseconds(check.latency_ms) : '–'}
        note={check ? <Ago at={check.checked_at} /> : 'not checked yet'}
      />
      {periods.map(([key, name]) => {
        const period = data?.periods[key];
        return (
          <Figure
            key={key}
            name={`Uptime, ${name}`}
            value={ratio(period?.ratio)}
            note={
              period && period.downtime_s > 0
                ? `${duration(period.downtime_s)} down`
                : 'no downtime'
            }
          />
        );
      })}
      {monitor.cert_expires_at && (
        <Certificate monitor={monitor} expires={monitor.cert_expires_at} />
      )}
    </dl>
  );
}

function Certificate({ monitor, expires }: { monitor: Monitor; expires: string }) {
  const days = Math.floor((Date.parse(expires) - Date.now()) / 86_400_000);

  return (
    <Figure
      name="Certificate"
      value={days < 0 ? 'expired' : days === 1 ? '1 day' : `${days} days`}
      note={`until ${date(expires)}`}
      loud={days < monitor.cert_warn_days}
    />
  );
}
