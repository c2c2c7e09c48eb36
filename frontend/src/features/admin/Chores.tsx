import type { System } from '@/shared/api/schema';
import { Ago } from '@/shared/time/Time';
import { Panel } from '@/shared/ui/Panel';

// a task that is new has its own name until it is here
const names: Record<string, string> = {
  accounts: 'Deleted accounts',
  alerts: 'Old messages',
  close: 'Hours that are over',
  late: 'Late results',
  leftovers: 'Old sessions and checkers',
  maintenances: 'Maintenance windows',
  pack: 'Packing of checks',
  partitions: 'Partitions ahead',
  retention: 'Retention',
  rollups: 'Rollups',
};

/** What one checker after the other does in the database. */
export function Chores({ tasks }: { tasks: System['tasks'] }) {
  return (
    <Panel title="Chores in the database" lead="One checker at a time does them.">
      {tasks.length === 0 && <p className="text-muted">None has run yet.</p>}
      <ul className="grid gap-x-8 sm:grid-cols-2 lg:grid-cols-3">
        {tasks.map(({ name, ran_at, error }) => (
          <li key={name} className="flex items-baseline justify-between gap-4 py-1">
            <span title={name} className={error ? 'text-degraded-text' : undefined}>
              {names[name] ?? name}
            </span>
            <span className="text-right text-muted text-sm">
              {error ? 'Failed ' : ''}
              {ran_at ? <Ago at={ran_at} /> : 'Not yet'}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
