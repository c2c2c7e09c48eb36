import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import type { System as SystemState } from '@/shared/api/schema';
import { bytes, count, milliseconds, perSecond } from '@/shared/time/format';
import { useNow } from '@/shared/time/useNow';
import { Figure, Figures } from '@/shared/ui/Figure';
import { StatusGlyph } from '@/shared/ui/StatusGlyph';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { Chores } from './Chores';
import { type Trouble, troubles } from './health';
import { Nodes } from './Nodes';
import { Resources } from './Resources';

/** How the system is doing, and what to do if it is not well. */
export function System() {
  const system = useQuery({
    queryKey: ['system'],
    queryFn: () => data(api.GET('/system')),
    refetchInterval: 10_000,
  });

  return (
    <>
      {system.error && (
        <Failed
          what={
            system.data
              ? 'What stands below is old: it could not be brought up to date'
              : 'The state of the system could not be loaded'
          }
          error={system.error}
          retry={system.refetch}
        />
      )}
      {system.isPending && <SkeletonRows rows={4} className="h-28" />}
      {system.data && <State system={system.data} />}
    </>
  );
}

function State({ system }: { system: SystemState }) {
  const { checks, alerts } = system;
  const delay = checks.start_delay_p99_ms;

  return (
    <>
      <Health found={troubles(system, useNow(10_000))} />
      <Figures>
        <Figure
          name="Checks"
          value={perSecond(checks.per_second)}
          note={`${count(checks.in_flight)} under way`}
        />
        <Figure
          name="Start delay, p99"
          value={delay === null ? '–' : milliseconds(delay)}
          note="since the start"
          loud={delay !== null && delay > 1000}
        />
        <Figure
          name="Results that wait"
          value={count(checks.queue_rows)}
          note={checks.spool_bytes > 0 ? `${bytes(checks.spool_bytes)} on disk` : 'none on disk'}
          loud={checks.spool_bytes > 0}
        />
        <Figure
          name="Alerts that wait"
          value={count(alerts.waiting)}
          note={alerts.held > 0 ? `${count(alerts.held)} held back` : 'none held back'}
          loud={alerts.behind_s > 120}
        />
        <Figure
          name="Database"
          value={bytes(system.database.size_bytes)}
          note={`${bytes(system.database.checks_bytes)} raw history`}
        />
      </Figures>
      <Nodes system={system} />
      <Resources system={system} />
      <Chores tasks={system.tasks} />
    </>
  );
}

function Health({ found }: { found: Trouble[] }) {
  if (found.length === 0) {
    return (
      <div role="status" className="card flex items-center gap-3 p-4">
        <StatusGlyph tone="up" size={20} />
        <p className="font-medium">Everything works</p>
      </div>
    );
  }

  return (
    <section aria-label="Troubles" className="card">
      <ul className="divide-y divide-line">
        {found.map(({ tone, what, todo }) => (
          <li key={what} className="flex items-start gap-3 p-4">
            <span className="mt-0.5">
              <StatusGlyph tone={tone} size={18} />
            </span>
            <div className="min-w-0">
              <p className="break-words font-medium">{what}</p>
              <p className="max-w-[72ch] text-muted">{todo}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
