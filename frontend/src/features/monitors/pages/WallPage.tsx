import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import type { Status } from '@/shared/api/schema';
import { StatusBar } from '@/shared/charts/StatusBar';
import { clock, count, hourMinute, ratio, zoneName } from '@/shared/time/format';
import { Since } from '@/shared/time/Time';
import { useNow } from '@/shared/time/useNow';
import { buttonStyle } from '@/shared/ui/Button';
import { StatusGlyph } from '@/shared/ui/StatusGlyph';
import { statusWord } from '@/shared/ui/StatusPill';
import { Failed } from '@/shared/ui/states';
import { setPageTitle } from '@/shared/ui/title';
import { causeText } from '../causes';
import { countByStatus, inMaintenance, type MonitorRow, sortRows } from '../model';
import { useMonitors } from '../queries';

const tile: Partial<Record<MonitorRow['status'], string>> = {
  down: 'bg-down-soft border-down text-down-text',
  degraded: 'bg-degraded-soft border-degraded text-degraded-text',
};

// so many have room for their bars, which are made as narrow as the tile
const many = 60;

// what is being worked on is no alarm
function toneOf(row: MonitorRow): string | undefined {
  return inMaintenance(row)
    ? 'bg-maintenance-soft border-maintenance text-maintenance-text'
    : tile[row.status];
}

// of the others there is a count
const shown = 500;

/** For a screen on a wall: no controls, problems large and first. */
export function WallPage() {
  const { data, error, refetch } = useMonitors();
  const rows = useMemo(() => sortRows(data?.rows ?? [], 'status'), [data]);
  const counts = useMemo(() => countByStatus(rows), [rows]);
  const few = rows.length <= many;
  const now = useNow();

  useEffect(() => setPageTitle('Wall'), []);

  return (
    <div className="flex min-h-dvh flex-col gap-4 p-4">
      <header className="flex flex-wrap items-center gap-x-6 max-sm:gap-x-2">
        <h1 className="font-semibold text-xl">
          {counts.down > 0 ? `${counts.down} down` : 'Nothing is down'}
        </h1>
        <p className="text-muted max-sm:order-last max-sm:w-full">{others(counts)}</p>
        <p className="ml-auto text-lg">
          {clock(now / 1000)} <span className="text-muted text-sm max-sm:hidden">{zoneName()}</span>
        </p>
        <Link
          to="/monitors"
          aria-label="Leave the wall view"
          className={buttonStyle({ variant: 'ghost', size: 'icon' })}
        >
          <X aria-hidden size={18} />
        </Link>
      </header>
      {error && <Failed what="The list could not be loaded" error={error} retry={refetch} />}
      <ul
        className={clsx(
          'grid gap-2',
          !few
            ? 'grid-cols-[repeat(auto-fill,minmax(210px,1fr))]'
            : 'grid-cols-[repeat(auto-fill,minmax(246px,1fr))]',
        )}
      >
        {rows.slice(0, shown).map((row) => (
          <li key={row.id} className={clsx('rounded-card border p-3', toneOf(row) ?? 'bg-surface')}>
            <p className="flex items-center gap-2">
              <StatusGlyph tone={row.status} size={18} />
              <span className="min-w-0 truncate font-medium">{row.name}</span>
            </p>
            <p className={clsx('mt-1 truncate text-sm', !toneOf(row) && 'text-muted')}>
              {inMaintenance(row) ? (
                `Maintenance until ${hourMinute(row.maintenanceUntil)}`
              ) : row.status === 'down' || row.status === 'degraded' ? (
                <>
                  <Since at={row.since} />: {causeText(row.cause)}
                </>
              ) : row.uptime24h === null || row.status !== 'up' ? (
                statusWord[row.status]
              ) : (
                `${ratio(row.uptime24h)} in 24 h`
              )}
            </p>
            {few && (
              <div className="mt-2 max-sm:hidden">
                <StatusBar bars={row.bars} width={320} />
              </div>
            )}
          </li>
        ))}
      </ul>
      {rows.length > shown && (
        <p className="text-muted">And {count(rows.length - shown)} more, none of them worse.</p>
      )}
    </div>
  );
}

function others({ up, degraded, unknown, pending, paused }: Record<Status, number>): string {
  const rare = Object.entries({ degraded, unknown, pending, paused }).filter(([, n]) => n > 0);
  return [`${count(up)} up`, ...rare.map(([name, n]) => `${count(n)} ${name}`)].join(', ');
}
