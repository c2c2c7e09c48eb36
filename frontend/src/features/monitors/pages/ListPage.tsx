import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { LayoutGrid, Plus } from 'lucide-react';
import { lazy, memo, Suspense, useDeferredValue, useMemo, useState } from 'react';
import { usePreferences } from '@/shared/preferences/preferences';
import { count } from '@/shared/time/format';
import { buttonStyle } from '@/shared/ui/Button';
import { Page } from '@/shared/ui/Page';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { FirstMonitor } from '../components/FirstMonitor';
import { ListTools } from '../components/ListTools';
import { MonitorTable } from '../components/MonitorTable';
import { NothingMatches } from '../components/NothingMatches';
import { StatusCards } from '../components/StatusCards';
import {
  allTags,
  countByStatus,
  inMaintenance,
  type MonitorRow,
  type SortKey,
  sortRows,
} from '../model';
import { useMonitors } from '../queries';
import { matcher } from '../query-box';

const BulkBar = lazy(() => import('../components/BulkBar'));

const none: MonitorRow[] = [];

/**
 * The answer is shown as a deferred value: React makes the page in slices of a
 * few milliseconds, where a query's own update is made in one go.
 */
export function ListPage() {
  const { data, error, refetch } = useMonitors();
  return <Loaded rows={useDeferredValue(data?.rows)} error={error} refetch={refetch} />;
}

type LoadedProps = { rows: MonitorRow[] | undefined; error: unknown; refetch: () => void };

const Loaded = memo(function Loaded({ rows: data, error, refetch }: LoadedProps) {
  const { q = '', sort = 'status' } = useSearch({ from: '/inside/monitors' });
  const navigate = useNavigate({ from: '/monitors' });
  const { density } = usePreferences();
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [selecting, setSelecting] = useState(false);

  const rows = data ?? none;
  const counts = useMemo(() => countByStatus(rows), [rows]);
  const tags = useMemo(() => allTags(rows), [rows]);
  const shown = useMemo(() => sortRows(rows.filter(matcher(q)), sort), [rows, q, sort]);
  const chosen = useMemo(() => rows.filter((row) => selected.has(row.id)), [rows, selected]);

  const maintained = useMemo(() => rows.filter(inMaintenance).length, [rows]);

  const phoneSelects = selecting || selected.size > 0;

  function clear() {
    setSelected(new Set());
    setSelecting(false);
  }

  function search(patch: { q?: string; sort?: SortKey }) {
    navigate({ search: (old) => ({ ...old, ...patch }), replace: true });
  }

  return (
    <Page
      title="Monitors"
      lead={
        data && rows.length > 0 ? (
          <>
            {summary(rows.length, counts.down, counts.degraded)}
            {maintained > 0 && (
              <span className="max-sm:hidden">, {count(maintained)} in maintenance</span>
            )}
          </>
        ) : undefined
      }
      actions={
        <>
          <Link to="/wall" className={buttonStyle({ variant: 'ghost' })}>
            <LayoutGrid aria-hidden size={16} />
            <span className="max-sm:sr-only">Wall</span>
          </Link>
          <Link
            to="/monitors/new"
            className={buttonStyle({
              variant: data && rows.length === 0 ? 'secondary' : 'primary',
            })}
          >
            <Plus aria-hidden size={16} />
            New monitor
          </Link>
        </>
      }
    >
      {error !== null && (
        <Failed
          what={data ? 'The list could not be brought up to date' : 'The list could not be loaded'}
          error={error}
          retry={refetch}
        />
      )}
      {!data && !error && <SkeletonRows rows={8} className="h-[52px]" />}
      {data && rows.length === 0 && <FirstMonitor />}
      {rows.length > 0 && (
        <>
          <StatusCards counts={counts} query={q} onQuery={(q) => search({ q })} />
          <ListTools
            query={q}
            sort={sort}
            tags={tags}
            onQuery={(q) => search({ q })}
            onSort={(sort) => search({ sort })}
            selecting={phoneSelects}
            onSelecting={(on) => (on ? setSelecting(true) : clear())}
          />
          {shown.length === 0 ? (
            <NothingMatches query={q} onClear={() => search({ q: undefined })} />
          ) : (
            <MonitorTable
              rows={shown}
              density={density}
              orderKey={`${q} ${sort}`}
              selected={selected}
              selecting={phoneSelects}
              onSelect={setSelected}
            />
          )}
        </>
      )}
      <Suspense fallback={null}>
        {chosen.length > 0 && (
          <BulkBar
            chosen={chosen}
            shown={shown}
            onSelectAll={() => setSelected(new Set(shown.map((row) => row.id)))}
            onClear={clear}
          />
        )}
      </Suspense>
    </Page>
  );
});

function summary(all: number, down: number, degraded: number): string {
  const monitors = all === 1 ? 'One monitor' : `${count(all)} monitors`;
  if (down > 0) return `${monitors}, ${count(down)} down`;
  if (degraded > 0) return `${monitors}, ${count(degraded)} degraded`;
  return `${monitors}, nothing is down`;
}
