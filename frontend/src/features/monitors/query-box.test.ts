import { expect, it } from 'vitest';
import type { MonitorRow } from './model';
import { matcher, parseQuery, toggleTerm } from './query-box';

const row = (over: Partial<MonitorRow>): MonitorRow => ({
  id: 1,
  name: 'Shop',
  url: 'https://shop.example.com/',
  type: 'http',
  status: 'up',
  since: '2026-11-22T10:00:00Z',
  tags: ['prod', 'EU'],
  cause: null,
  latency: null,
  uptime24h: null,
  p95: null,
  maintenanceUntil: null,
  bars: '',
  ...over,
});

const finds = (query: string, over: Partial<MonitorRow> = {}) => matcher(query)(row(over));

it.each([
  ['', true],
  ['sho', true],
  ['SHOP example.com', true],
  ['shop nothing', false],
  ['is:up', true],
  ['is:down', false],
  ['is:down is:up', true],
  ['is:problem', false],
  ['tag:eu type:http', true],
  ['tag:eu type:tcp', false],
  ['-tag:eu', false],
  ['-is:down shop', true],
  ['"two words"', false],
  ['tag:', true],
])('%s', (query, found) => expect(finds(query)).toBe(found));

it('an unfinished quotation is text', () => {
  expect(parseQuery('tag:"two wo')).toEqual([{ kind: 'tag', value: 'two wo', not: false }]);
});

it('a card puts its term in, swaps it and takes it out', () => {
  expect(toggleTerm('shop', 'is', 'down')).toBe('is:down shop');
  expect(toggleTerm('is:down shop', 'is', 'up')).toBe('is:up shop');
  expect(toggleTerm('is:down shop', 'is', 'down')).toBe('shop');
  expect(toggleTerm('', 'tag', 'two words')).toBe('tag:"two words"');
});

it('who is in maintenance is found until it ends', () => {
  const now = Date.now() / 1000;
  expect(finds('is:maintenance')).toBe(false);
  expect(finds('is:maintenance', { maintenanceUntil: now + 60 })).toBe(true);
  expect(finds('is:maintenance', { maintenanceUntil: now - 1 })).toBe(false);
});
