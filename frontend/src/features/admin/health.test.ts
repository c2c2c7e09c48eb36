import { expect, test } from 'vitest';
import type { System } from '@/shared/api/schema';
import { troubles } from './health';

const now = Date.parse('2026-11-22T10:20:00Z');

const well: System = {
  version: '1.0',
  nodes: [
    {
      name: 'a',
      version: '1.0',
      started_at: '2026-11-22T09:00:00.000Z',
      seen_at: '2026-11-22T10:19:58.000Z',
      shards: 64,
      stats: null,
    },
  ],
  leases: { shards: 64, held: 64, free: 0 },
  processes: [],
  checks: {
    per_second: 1,
    in_flight: 0,
    start_delay_p99_ms: 8,
    queue_rows: 0,
    spool_bytes: 0,
    results_dropped: 0,
  },
  database: {
    version: '15',
    schema_version: 13,
    size_bytes: 1e7,
    connections: 10,
    max_connections: 100,
    partitions: 8,
    checks_bytes: 1e6,
  },
  rollups: { hour: '2026-11-22T10:00:00.000Z', late: 0 },
  alerts: { waiting: 0, held: 0, behind_s: 0, failing_channels: 0 },
  tasks: [{ name: 'pack', ran_at: null, error: null }],
};

const whatOf = (patch: Partial<System>) =>
  troubles({ ...well, ...patch }, now).map(({ what }) => what);

test('nothing is said while all is well', () => {
  expect(whatOf({})).toEqual([]);
});

test('each trouble is told', () => {
  expect(whatOf({ nodes: [] })).toEqual(['No checker runs: nothing is checked']);
  expect(whatOf({ version: '1.1' })).toEqual(['Not every node runs 1.1: a runs 1.0']);
  expect(whatOf({ leases: { shards: 64, held: 60, free: 4 } })).toEqual([
    'Nobody checks 7 % of the monitors',
  ]);
  expect(whatOf({ checks: { ...well.checks, start_delay_p99_ms: 2500 } })).toEqual([
    'One check in a hundred starts 2500 ms late or later',
  ]);
  expect(whatOf({ database: { ...well.database, connections: 90 } })).toEqual([
    '90 of 100 connections of PostgreSQL are in use',
  ]);
  expect(whatOf({ rollups: { hour: '2026-11-22T06:00:00.000Z', late: 0 } })).toEqual([
    'The history of hours and days ends 4 h 20 min ago',
  ]);
  expect(whatOf({ tasks: [{ name: 'pack', ran_at: null, error: 'no room' }] })).toEqual([
    'The chore "pack" fails: no room',
  ]);
});

test('the worst comes first', () => {
  const found = troubles(
    {
      ...well,
      checks: { ...well.checks, spool_bytes: 5000, results_dropped: 3 },
      alerts: { waiting: 9, held: 0, behind_s: 600, failing_channels: 1 },
    },
    now,
  );
  expect(found.map(({ tone }) => tone)).toEqual(['down', 'down', 'degraded', 'degraded']);
});
