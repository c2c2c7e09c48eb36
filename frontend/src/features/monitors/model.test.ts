import { expect, it } from 'vitest';
import { blank, fieldsOf } from './form/values';
import {
  completeUrl,
  hostOf,
  type MonitorRow,
  shortUrl,
  sortRows,
  stillDown,
  typeOfUrl,
} from './model';
import { phasesOf } from './phases';

const rows = [
  { id: 1, name: 'b10', status: 'up', since: '2026-11-22T10:00:00Z' },
  { id: 2, name: 'b9', status: 'up', since: '2026-11-22T11:00:00Z' },
  { id: 3, name: 'old', status: 'down', since: '2026-11-20T10:00:00Z' },
  { id: 4, name: 'new', status: 'down', since: '2026-11-22T10:00:00Z' },
  { id: 5, name: 'off', status: 'paused', since: '2026-11-22T10:00:00Z' },
] as MonitorRow[];

it('problems come first, among them what is new; names count as people count', () => {
  expect(sortRows(rows, 'status').map((row) => row.name)).toEqual([
    'new',
    'old',
    'b9',
    'b10',
    'off',
  ]);
});

it('who is down follows what changes', () => {
  const changed = [
    { id: 1, status: 'up' },
    { id: 2, status: 'down' },
    { id: 5, status: 'down' },
  ] as const;
  expect(stillDown([1, 2, 3, 4], [...changed], [4, 9])).toEqual([2, 3, 5]);
});

it('a URL is completed, and says what kind it is', () => {
  expect(completeUrl(' example.com/x ')).toBe('https://example.com/x');
  expect(completeUrl('tcp://db:5432')).toBe('tcp://db:5432');
  expect(typeOfUrl('dns:example.com?type=MX')).toBe('dns');
  expect(typeOfUrl('example.com')).toBe('http');
  expect(typeOfUrl('gopher://x')).toBeNull();
  expect(hostOf('shop.example.com/x')).toBe('shop.example.com');
  expect(hostOf('not a url')).toBe('');
  expect(shortUrl('https://example.com/')).toBe('example.com');
});

it('a form gives only what its kind has', () => {
  const dns = fieldsOf({ ...blank, url: 'dns:example.com?type=A', keyword: '192.0.2.1' });
  expect(dns.keyword).toBe('192.0.2.1');
  expect(dns).not.toHaveProperty('method');
  expect(dns).not.toHaveProperty('verify_tls');

  const push = fieldsOf({ ...blank, push: true, name: 'backup' });
  expect(push).not.toHaveProperty('url');
  expect(push.grace).toBe(60);
});

it('headers, assertions and secrets as the API wants them', () => {
  const http = fieldsOf({
    ...blank,
    url: 'example.com',
    headers: 'Accept: text/plain\nX-A:b:c\n',
    auth: 'bearer',
    assertions: [
      { source: 'json', at: '$.n', op: 'ge', value: '5' },
      { source: 'header', at: 'etag', op: 'exists', value: 'x' },
    ],
  });
  expect(http.headers).toEqual({ Accept: 'text/plain', 'X-A': 'b:c' });
  expect(http.assertions).toEqual([
    { source: 'json', path: '$.n', op: 'ge', value: 5 },
    { source: 'header', name: 'etag', op: 'exists' },
  ]);
  expect(http).not.toHaveProperty('auth_secret');
});

it('what is left of the whole is the transfer', () => {
  const phases = phasesOf({
    latency_ms: 100,
    dns_ms: 10,
    connect_ms: 20,
    tls_ms: null,
    ttfb_ms: 30,
  });
  expect(phases.map(({ name, ms }) => [name, ms])).toEqual([
    ['DNS', 10],
    ['Connect', 20],
    ['First byte', 30],
    ['Transfer', 40],
  ]);
});
