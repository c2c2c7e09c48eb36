import { afterEach, describe, expect, it } from 'vitest';
import { setPreferences } from '@/shared/preferences/preferences';
import {
  absolute,
  ago,
  bytes,
  duration,
  hourMinute,
  interval,
  isoDay,
  milliseconds,
  monthOf,
  perSecond,
  ratio,
} from './format';
import { fromWall, toWall } from './wall';

afterEach(() => setPreferences({ timeZone: 'local' }));

describe('ratio', () => {
  it('never rounds an outage away', () => {
    expect(ratio(1)).toBe('100 %');
    expect(ratio(0.999999)).toBe('99.99 %');
    expect(ratio(0.99995, 3)).toBe('99.995 %');
    expect(ratio(0)).toBe('0.00 %');
    expect(ratio(null)).toBe('–');
  });
});

describe('perSecond', () => {
  it.each([
    [0, '0/s'],
    [0.25, '0.25/s'],
    [4.24, '4.2/s'],
    [1234.6, '1,235/s'],
  ])('%s', (n, text) => expect(perSecond(n)).toBe(text));
});

describe('monthOf', () => {
  it('is that of the day, whatever the zone', () => {
    setPreferences({ timeZone: 'America/New_York' });
    expect(monthOf('2026-12-01')).toBe('Dec');
    setPreferences({ timeZone: 'Asia/Kolkata' });
    expect(monthOf('2026-11-30')).toBe('Nov');
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [15_400_000, '15 MB'],
    [2.5e15, '2500 TB'],
  ])('%d', (n, text) => expect(bytes(n)).toBe(text));
});

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [59.6, '1 min'],
    [61, '1 min 1 s'],
    [3600, '1 h'],
    [3601, '1 h'],
    [90061, '1 d 1 h'],
    [-5, '0 s'],
  ])('%s seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe('ago', () => {
  const now = Date.parse('2026-11-22T10:00:00Z');

  it.each([
    ['2026-11-22T09:59:58Z', 'just now'],
    ['2026-11-22T09:57:00Z', '3 min ago'],
    ['2026-11-20T10:00:00Z', '2 d ago'],
    ['2026-11-22T11:00:00Z', 'in 1 h'],
  ])('%s was %s', (at, text) => expect(ago(at, now)).toBe(text));
});

it('milliseconds keep three figures at most', () => {
  expect(milliseconds(0.64)).toBe('0.6 ms');
  expect(milliseconds(123.4)).toBe('123 ms');
  expect(milliseconds(12_340)).toBe('12.3 s');
  expect(milliseconds(null)).toBe('–');
});

it('an interval is in its largest whole unit', () => {
  expect([10, 60, 90, 3600].map(interval)).toEqual(['10 s', '1 min', '90 s', '1 h']);
});

describe('zones', () => {
  // the night of 29 March 2026 in Berlin has no 02:30
  const spring = '2026-03-29T00:30:00Z';

  it.each([
    ['UTC', '00:30', '2026-03-29'],
    ['Asia/Kolkata', '06:00', '2026-03-29'],
    ['America/New_York', '20:30', '2026-03-28'],
    ['Europe/Berlin', '01:30', '2026-03-29'],
  ])('%s', (timeZone, time, day) => {
    setPreferences({ timeZone });
    expect(hourMinute(spring)).toBe(time);
    expect(isoDay(spring)).toBe(day);
  });

  it('the whole time names its zone', () => {
    setPreferences({ timeZone: 'UTC' });
    expect(absolute(spring)).toContain('UTC');
  });

  it.each(['UTC', 'Asia/Kolkata', 'America/New_York', 'Europe/Berlin'])(
    'wall time of %s there and back',
    (zone) => {
      for (const text of ['2026-01-15T12:00', '2026-07-15T00:00', '2026-03-29T12:00']) {
        const at = fromWall(text, zone) as number;
        expect(toWall(at, zone)).toBe(text);
      }
    },
  );

  it('a skipped hour is the one after it, a repeated one the first', () => {
    expect(fromWall('2026-03-29T02:30', 'Europe/Berlin')).toBe(
      Date.parse('2026-03-29T01:30:00Z') / 1000,
    );
    expect(fromWall('2026-10-25T02:30', 'Europe/Berlin')).toBe(
      Date.parse('2026-10-25T00:30:00Z') / 1000,
    );
    expect(fromWall('nonsense', 'UTC')).toBeNull();
  });
});
