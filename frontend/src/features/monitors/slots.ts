// Which of the few drawn rows a monitor is in.  One that stays keeps its row,
// with the keyboard's focus; one that comes takes a row that was left.

export type Slots = ReadonlyMap<number, number>;

export function assignSlots(before: Slots, ids: number[]): Slots {
  const slots = new Map<number, number>();
  const taken = new Set<number>();

  for (const id of ids) {
    const slot = before.get(id);
    if (slot === undefined) continue;
    slots.set(id, slot);
    taken.add(slot);
  }

  let free = 0;
  for (const id of ids) {
    if (slots.has(id)) continue;
    while (taken.has(free)) free += 1;
    slots.set(id, free);
    free += 1;
  }

  return slots;
}
