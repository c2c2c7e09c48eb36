import type { System } from '@/shared/api/schema';
import { bytes, count, dateTime } from '@/shared/time/format';
import { Panel } from '@/shared/ui/Panel';
import { Facts } from './Nodes';

const roles = { worker: 'Workers', checker: 'Checker' };

export function Resources({ system }: { system: System }) {
  const { database, rollups, processes, version } = system;

  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Panel title="Database" lead={`PostgreSQL ${database.version.split(' (')[0]}`}>
        <Facts
          facts={[
            ['Schema', `version ${database.schema_version}`],
            ['Size', bytes(database.size_bytes)],
            ['Raw history', bytes(database.checks_bytes)],
            ['Partitions', count(database.partitions)],
            ['Connections', `${count(database.connections)} of ${count(database.max_connections)}`],
            ['Rolled up until', rollups.hour ? dateTime(rollups.hour) : '–'],
            ['Hours to do again', count(rollups.late)],
          ]}
        />
      </Panel>
      <Panel title="This nginx" lead={`Module version ${version}`}>
        <ul className="divide-y divide-line">
          {processes.map((each) => (
            <li key={each.role} className="py-3 first:pt-0 last:pb-0">
              <p className="font-medium">{roles[each.role]}</p>
              <Facts
                facts={[
                  ['Processes', count(each.count)],
                  ['Memory at most', bytes(each.memory_bytes)],
                  [
                    'Connections',
                    `${count(each.connections)} (${count(each.connections_busy)} busy)`,
                  ],
                  ['Waiting statements', count(each.statements_waiting)],
                  ['Failed statements', count(each.statements_failed)],
                ]}
              />
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
