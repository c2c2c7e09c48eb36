import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { memo, useEffect, useRef, useState } from 'react';
import { StatusBar } from '@/shared/charts/StatusBar';
import { hourMinute, milliseconds, ratio } from '@/shared/time/format';
import { Since } from '@/shared/time/Time';
import { Badge } from '@/shared/ui/Badge';
import { StatusGlyph } from '@/shared/ui/StatusGlyph';
import { statusWord } from '@/shared/ui/StatusPill';
import { causeText } from '../causes';
import { inMaintenance, type MonitorRow, shortUrl } from '../model';
import { LineMenu } from './LineMenu';

type Props = {
  row: MonitorRow;
  index: number;
  count: number;
  top: number;
  height: number;
  width: number;
  selected: boolean;
  /** On a phone: the whole line is a checkbox. */
  selecting: boolean;
  active: boolean;
  onToggle: (id: number) => void;
};

/** Of a line, and of the names above the lines. */
export function lineColumns(width: number): string {
  return width < 900
    ? 'grid-cols-[16px_18px_minmax(0,1fr)_140px_72px_28px]'
    : 'grid-cols-[16px_18px_minmax(0,1fr)_200px_72px_72px_76px_28px]';
}

export const MonitorLine = memo(function MonitorLine(props: Props) {
  const { row, index, count, top, height, width, selected, selecting, active, onToggle } = props;
  const phone = width < 640;
  const flash = useFlash(row.id, row.status);
  const problem = row.status === 'down' || row.status === 'degraded';
  const cosy = height > 44;
  const maintained = inMaintenance(row);

  return (
    // biome-ignore lint/a11y/useSemanticElements: absolutely placed, virtual rows
    <div
      role="listitem"
      data-id={row.id}
      aria-setsize={count}
      aria-posinset={index + 1}
      style={{ height, transform: `translateY(${top}px)` }}
      className={clsx(
        'group absolute inset-x-0 grid items-center gap-x-3 border-line border-b px-3',
        phone
          ? 'grid-cols-[auto_minmax(0,1fr)_auto] grid-rows-[44px_auto] content-center'
          : lineColumns(width),
        selected ? 'bg-accent-soft' : 'hover:bg-sunken',
        active && 'z-10 outline-2 outline-accent -outline-offset-2',
        flash && 'flash',
      )}
    >
      {(!phone || selecting) && (
        <input
          type="checkbox"
          aria-label={`Select ${row.name}`}
          checked={selected}
          onChange={() => onToggle(row.id)}
          className={clsx('z-[1]', phone ? 'after:absolute after:inset-0' : 'relative')}
        />
      )}
      {!(phone && selecting) && <StatusGlyph tone={row.status} size={18} />}
      <div className="min-w-0">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            to="/monitors/$id"
            params={{ id: String(row.id) }}
            aria-label={`${row.name}, ${statusWord[row.status]}${maintained ? ', in maintenance' : ''}`}
            className="min-w-0 truncate font-medium after:absolute after:inset-0 after:content-['']"
          >
            {row.name}
          </Link>
          {maintained && !phone && (
            <Badge tone="maintenance">
              Maintenance{width >= 900 && ` until ${hourMinute(row.maintenanceUntil)}`}
            </Badge>
          )}
          {!phone &&
            row.tags.slice(0, 3).map((tag) => (
              <span
                key={tag}
                className={clsx(
                  'min-w-0 max-w-24 shrink-[50] truncate rounded-full border border-line px-1.5 text-paused-text text-xs',
                  selected ? 'bg-surface' : 'bg-paused-soft',
                )}
              >
                {tag}
              </span>
            ))}
        </div>
        {(cosy || phone) && (
          <p className={clsx('truncate text-xs', problem ? toneText[row.status] : 'text-muted')}>
            {problem && causeText(row.cause) ? (
              <>
                {causeText(row.cause)}
                <span aria-hidden> · </span>
              </>
            ) : null}
            {row.url ? shortUrl(row.url) : 'push'}
          </p>
        )}
      </div>
      {phone ? (
        <div className="text-right text-xs">
          <p
            className={clsx(maintained ? 'text-maintenance-text' : problem && toneText[row.status])}
          >
            {maintained ? 'Maintenance' : statusWord[row.status]}
          </p>
          {maintained ? (
            <p className="text-maintenance-text">until {hourMinute(row.maintenanceUntil)}</p>
          ) : (
            <p className="text-muted">
              <Since at={row.since} />
            </p>
          )}
        </div>
      ) : null}
      <div className={clsx(phone && 'col-span-3')}>
        <StatusBar
          bars={row.bars}
          width={phone ? width - 24 : width < 900 ? 140 : 200}
          height={phone ? 18 : cosy ? 24 : 20}
        />
      </div>
      {!phone && (
        <>
          <span className="text-right text-sm" title="Uptime of the last 24 hours">
            {ratio(row.uptime24h)}
          </span>
          {width >= 900 && (
            <>
              <span
                className="text-right text-sm"
                title={row.p95 === null ? 'Last latency' : 'p95 latency of the last 24 hours'}
              >
                {milliseconds(row.p95 ?? row.latency)}
              </span>
              <span
                className={clsx(
                  'truncate text-right text-sm',
                  problem ? toneText[row.status] : 'text-muted',
                )}
              >
                <Since at={row.since} />
              </span>
            </>
          )}
          <LineMenu key={row.id} row={row} />
        </>
      )}
    </div>
  );
});

const toneText: Partial<Record<MonitorRow['status'], string>> = {
  down: 'text-down-text',
  degraded: 'text-degraded-text',
};

/** True for a moment when the status of the monitor in this line changes. */
function useFlash(id: number, status: string): boolean {
  const [flash, setFlash] = useState(false);
  const last = useRef({ id, status });

  useEffect(() => {
    const changed = last.current.id === id && last.current.status !== status;
    last.current = { id, status };
    setFlash(changed);
    if (!changed) return;
    const timer = setTimeout(() => setFlash(false), 1200);
    return () => clearTimeout(timer);
  }, [id, status]);

  return flash;
}
