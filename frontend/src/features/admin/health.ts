// What is wrong with the system, worst first, and what can be done.

import type { System } from '@/shared/api/schema';
import { bytes, count, duration, milliseconds } from '@/shared/time/format';

export type Trouble = { tone: 'down' | 'degraded'; what: string; todo: string };

const hour = 3600;

export function troubles(system: System, now: number): Trouble[] {
  const found = [
    ...checkers(system),
    ...results(system),
    ...alerts(system),
    ...database(system, now),
  ];
  return found.sort((a, b) => Number(b.tone === 'down') - Number(a.tone === 'down'));
}

function* checkers({ nodes, leases, checks, version }: System): Generator<Trouble> {
  if (nodes.length === 0) {
    yield {
      tone: 'down',
      what: 'No checker runs: nothing is checked',
      todo: 'One nginx at least needs "uptime_checker on". If there is one, its error log tells why the checker does not start or does not reach the database.',
    };
    return;
  }

  if (leases.free > 0) {
    yield {
      tone: 'degraded',
      what: `Nobody checks ${share(leases.free, leases.shards)} of the monitors`,
      todo: 'After a checker has ended the others take over within 15 seconds. If it stays, look into the error logs of the nodes below.',
    };
  }

  const others = nodes.filter((node) => node.version !== version);
  if (others.length > 0) {
    yield {
      tone: 'degraded',
      what: `Not every node runs ${version}: ${others.map((node) => `${node.name} runs ${node.version}`).join(', ')}`,
      todo: 'Finish the upgrade: install the same module on every node and restart its nginx.',
    };
  }

  const delay = checks.start_delay_p99_ms ?? 0;
  if (delay > 1000) {
    yield {
      tone: 'degraded',
      what: `One check in a hundred starts ${milliseconds(delay)} late or later`,
      todo: 'The checker has more to do than one processor can. Add a node with "uptime_checker on" or choose longer intervals. Counted since the start of the checker.',
    };
  }
}

function* results({ checks }: System): Generator<Trouble> {
  if (checks.results_dropped > 0) {
    yield {
      tone: 'down',
      what: `${count(checks.results_dropped)} results are lost`,
      todo: 'The database was away for longer than the disk could bridge. Check the disk of uptime_spool_path, and raise uptime_spool_size. Counted since the start of the checker.',
    };
  }

  if (checks.spool_bytes > 0) {
    yield {
      tone: 'degraded',
      what: `${bytes(checks.spool_bytes)} of results wait on disk for the database`,
      todo: 'They are stored as soon as PostgreSQL takes them. If it grows, PostgreSQL is too slow or cannot be reached from a checker.',
    };
  }
}

function* alerts({ alerts }: System): Generator<Trouble> {
  if (alerts.behind_s > 120) {
    yield {
      tone: 'down',
      what: `Alerts are ${duration(alerts.behind_s)} late`,
      todo: 'A checker sends them: see whether one runs, and whether it may reach the mail server and the providers.',
    };
  }

  if (alerts.failing_channels > 0) {
    yield {
      tone: 'degraded',
      what:
        alerts.failing_channels === 1
          ? 'A channel cannot be told'
          : `${count(alerts.failing_channels)} channels cannot be told`,
      todo: "The provider's answer is in the delivery log of the channel, which its owner sees.",
    };
  }
}

function* database(system: System, now: number): Generator<Trouble> {
  const { connections, max_connections } = system.database;
  if (connections > 0.8 * max_connections) {
    yield {
      tone: 'degraded',
      what: `${connections} of ${max_connections} connections of PostgreSQL are in use`,
      todo: 'Raise max_connections of PostgreSQL, or lower uptime_database_connections or the number of nginx workers.',
    };
  }

  const waiting = system.processes.reduce((sum, role) => sum + role.statements_waiting, 0);
  if (waiting > 20) {
    yield {
      tone: 'degraded',
      what: `${waiting} statements wait for a connection`,
      todo: 'PostgreSQL answers too slowly, or uptime_database_connections is too low.',
    };
  }

  // the hour that goes on, and the one before while it is worked on
  const behind = system.rollups.hour ? now / 1000 - Date.parse(system.rollups.hour) / 1000 : 0;
  if (behind > 3 * hour) {
    yield {
      tone: 'degraded',
      what: `The history of hours and days ends ${duration(behind)} ago`,
      todo: 'It catches up by itself, also after an import. If it does not, the chores below tell why.',
    };
  }

  for (const { name, error } of system.tasks) {
    if (error) {
      yield {
        tone: 'degraded',
        what: `The chore "${name}" fails: ${error}`,
        todo: 'It is tried again within 5 minutes. The error log of the checker tells more.',
      };
    }
  }
}

function share(part: number, all: number): string {
  return part === all ? 'any' : `${Math.ceil((100 * part) / all)} %`;
}
