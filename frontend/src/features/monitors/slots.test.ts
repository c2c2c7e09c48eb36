import { expect, it } from 'vitest';
import { assignSlots } from './slots';

const none = new Map<number, number>();

it('who stays keeps the row, who comes takes the one that was left', () => {
  const first = assignSlots(none, [10, 11, 12]);
  expect([...first.values()]).toEqual([0, 1, 2]);
  const next = assignSlots(first, [11, 12, 13]);
  expect([11, 12, 13].map((id) => next.get(id))).toEqual([1, 2, 0]);
});

it('another order is no reason to change rows', () => {
  const first = assignSlots(none, [1, 2, 3]);
  const next = assignSlots(first, [3, 1, 2]);
  expect([1, 2, 3].map((id) => next.get(id))).toEqual([0, 1, 2]);
});

it('no two are in one row, and rows do not grow in number', () => {
  let slots = assignSlots(none, [1, 2, 3, 4]);
  for (let at = 2; at < 40; at += 3) {
    // the first one has the focus and stays
    slots = assignSlots(slots, [1, at, at + 1, at + 2]);
    expect(new Set(slots.values()).size).toBe(4);
    expect(Math.max(...slots.values())).toBeLessThan(5);
    expect(slots.get(1)).toBe(0);
  }
});
