import { expect, it } from 'vitest';
import { bucketOf, continued, heights, sentence, span } from './bars';

it('outages stick out without colour', () => {
  expect(heights.down).toBeGreaterThan(heights.degraded);
  expect(heights.degraded).toBeGreaterThan(heights.up);
  expect(heights[bucketOf('x')]).toBe(0);
});

it('says in words what the bar shows', () => {
  expect(sentence('uuuu')).toBe('Last 24 hours: up');
  expect(sentence('....')).toBe('Last 24 hours: nothing known yet');
  expect(sentence('..uudgnu')).toBe('Last 24 hours: down in 1 and degraded in 1 of 5 periods');
});

it('a check counts until the next one, and not longer', () => {
  const day = (start: string) => start.padEnd(48, '.');
  const hour = 3600;
  expect(continued(day('u.u.d.g'), hour).slice(0, 10)).toBe('uuuuddgg..');
  // a check a minute: nothing is made up
  expect(continued(day('u.u'), 60)).toBe(day('u.u'));
  expect(continued(day('.u'), 24 * hour)).toBe(`.${'u'.repeat(47)}`);
  expect(continued('', hour)).toBe('');
});

it('buckets lie on a grid of half hours and end with the one that runs', () => {
  const end = Date.parse('2026-11-22T10:10:00Z') / 1000;
  expect(span(47, 48, end)).toEqual([end - 600, end + 1200]);
  expect(span(0, 48, end)[0]).toBe(end + 1200 - 86400);
});
