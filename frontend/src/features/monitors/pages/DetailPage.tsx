import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { memo, useDeferredValue, useMemo } from 'react';
import { ApiError } from '@/shared/api/problem';
import type { Monitor, Outcome } from '@/shared/api/schema';
import { useNow } from '@/shared/time/useNow';
import { Page } from '@/shared/ui/Page';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { CheckLog } from '../components/CheckLog';
import { DayBars } from '../components/DayBars';
import { DetailHead } from '../components/DetailHead';
import { DetailLead } from '../components/DetailLead';
import { Figures } from '../components/Figures';
import { IncidentList } from '../components/IncidentList';
import { LatencyPanel } from '../components/LatencyPanel';
import { PushAddress } from '../components/PushAddress';
import { RangePicker } from '../components/RangePicker';
import { useMonitorIncidents, useSeries, useUptime } from '../history';
import { useMonitor } from '../queries';
import { type DetailSearch, ranges } from '../search';

/** The window that is shown; its end moves on in steps, so that nothing jitters. */
function useWindow({ range, from, to }: DetailSearch): { from: number; to: number } {
  const length = ranges[range ?? '24h'];
  const step = length <= 3600 ? 15_000 : 60_000;
  const now = useNow(step);

  return useMemo(() => {
    if (from && to) return { from, to };
    const end = Math.ceil((now + step) / 1000);
    return { from: end - length, to: end };
  }, [from, to, now, length, step]);
}

/**
 * What comes from outside is shown as a deferred value: React makes the page in
 * slices of a few milliseconds, where a query's own update is made in one go.
 */
export function DetailPage() {
  const id = Number(useParams({ from: '/inside/monitors/$id' }).id);
  const search = useSearch({ from: '/inside/monitors/$id' });
  const { data, error, refetch } = useMonitor(id);
  const monitor = useDeferredValue(data);
  const now = useWindow(search);
  const window = useDeferredValue(now);

  // asked for beside the monitor, not after it
  useSeries(id, now.from, now.to);
  useMonitorIncidents(id, now.from, now.to);
  useUptime(id);

  if (monitor) return <Loaded monitor={monitor} window={window} />;

  const gone = error instanceof ApiError && error.status === 404;
  return (
    <Page title={gone ? 'There is no such monitor' : 'Monitor'}>
      {error ? (
        <Failed
          what={gone ? 'It was deleted, or it is not yours.' : 'The monitor could not be loaded'}
          error={error}
          retry={gone ? undefined : refetch}
        />
      ) : (
        <SkeletonRows rows={4} className="h-28" />
      )}
    </Page>
  );
}

type LoadedProps = { monitor: Monitor; window: { from: number; to: number } };

const Loaded = memo(function Loaded({ monitor, window: { from, to } }: LoadedProps) {
  const search = useSearch({ from: '/inside/monitors/$id' });
  const navigate = useNavigate({ from: '/monitors/$id' });

  const change = (patch: DetailSearch, replace = true) =>
    navigate({ search: (old) => ({ ...old, ...patch }), replace, resetScroll: false });
  // back goes out of it again
  const zoom = (from: number, to: number) => {
    if (to - from >= 60) change({ from, to, range: undefined }, false);
  };
  const reset = () => change({ from: undefined, to: undefined });

  return (
    <Page
      title={monitor.name}
      lead={<DetailLead monitor={monitor} />}
      actions={<DetailHead monitor={monitor} />}
    >
      {monitor.push_url && <PushAddress path={monitor.push_url} />}
      <Figures monitor={monitor} />
      <RangePicker
        search={search}
        onRange={(range) => change({ range, from: undefined, to: undefined })}
        onCustom={zoom}
        onReset={reset}
      />
      <LatencyPanel monitor={monitor} from={from} to={to} onZoom={zoom} onReset={reset} />
      <DayBars id={monitor.id} />
      <IncidentList id={monitor.id} from={from} to={to} />
      <CheckLog
        monitor={monitor}
        from={from}
        to={to}
        outcome={search.outcome as Outcome | undefined}
        onOutcome={(outcome) => change({ outcome })}
      />
    </Page>
  );
});
