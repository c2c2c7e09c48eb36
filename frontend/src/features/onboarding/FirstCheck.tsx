import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bell, LoaderCircle } from 'lucide-react';
import { useChannels } from '@/features/channels';
import { causeText } from '@/features/monitors';
import { api, data } from '@/shared/api/client';
import type { Monitor } from '@/shared/api/schema';
import { milliseconds } from '@/shared/time/format';
import { buttonStyle } from '@/shared/ui/Button';
import { StatusPill } from '@/shared/ui/StatusPill';
import { Failed } from '@/shared/ui/states';

/** Waits for the first result, and says what comes next. */
export function FirstCheck({ id }: { id: number }) {
  const {
    data: monitor,
    error,
    refetch,
  } = useQuery({
    queryKey: ['monitors', id],
    queryFn: () => data(api.GET('/monitors/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.last_check ? 5000 : 1000),
  });
  const check = monitor?.last_check;

  return (
    <div className="card flex max-w-xl flex-col gap-4 p-4 sm:p-6">
      {error && <Failed what="The monitor could not be loaded" error={error} retry={refetch} />}
      <div aria-live="polite" className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-2">
        {check ? (
          <>
            <StatusPill tone={check.outcome} />
            <span className="font-semibold text-2xl">{milliseconds(check.latency_ms)}</span>
            <span className="min-w-0 break-words text-muted">
              {monitor.name}
              {check.http_status !== null && `, status ${check.http_status}`}
              {check.cause && `: ${causeText(check.cause, check.http_status)}`}
            </span>
          </>
        ) : (
          <>
            <LoaderCircle
              aria-hidden
              size={20}
              className="animate-[spin-slow_0.9s_linear_infinite] text-accent"
            />
            <span>The first check is on its way…</span>
          </>
        )}
      </div>
      {check?.outcome === 'down' && (
        <p className="text-muted">
          It is called down after two failures in a row. If the address is wrong, edit the monitor.
        </p>
      )}
      {check && <WhoIsTold monitor={monitor} />}
      <div className="flex flex-wrap gap-2 border-line border-t pt-4">
        <Link
          to="/monitors/$id"
          params={{ id: String(id) }}
          className={buttonStyle({ variant: 'primary' })}
        >
          Open the monitor
        </Link>
        <Link to="/monitors/new" className={buttonStyle({ variant: 'ghost' })}>
          Add another
        </Link>
      </div>
    </div>
  );
}

function WhoIsTold({ monitor }: { monitor: Monitor }) {
  const { data: channels } = useChannels();
  const told = channels?.filter(({ id }) => monitor.channel_ids.includes(id)) ?? [];
  if (!channels) return null;

  return (
    <div className="flex flex-wrap items-center gap-3 rounded-control bg-sunken p-3">
      <Bell aria-hidden size={18} className="shrink-0 text-muted" />
      <p className="min-w-0 flex-1 basis-52 break-words">
        {told.length > 0
          ? `When it goes down, ${told.map(({ name }) => name).join(', ')} is told.`
          : 'Nobody is told yet when it goes down. Choose where alerts go, and send a test.'}
      </p>
      {told.length === 0 && (
        <Link to="/channels/new" search={{ monitor: monitor.id }} className={buttonStyle({})}>
          Add a channel
        </Link>
      )}
    </div>
  );
}
