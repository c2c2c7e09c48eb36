import type { Monitor } from '@/shared/api/schema';
import { date, duration, milliseconds, ratio } from '@/shared/time/format';
import { Ago } from '@/shared/time/Time';
import { Figure, Figures as Row } from '@/shared/ui/Figure';
import { useUptime } from '../history';

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
    <Row>
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
                : period?.ratio == null
                  ? 'nothing known yet'
                  : 'no downtime'
            }
          />
        );
      })}
      {monitor.cert_expires_at && (
        <Certificate monitor={monitor} expires={monitor.cert_expires_at} />
      )}
    </Row>
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
