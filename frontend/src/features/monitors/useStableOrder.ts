import { useRef } from 'react';
import type { MonitorRow } from './model';

/**
 * Rows do not jump away under a pointer: while it is over the list, rows keep
 * their places, whatever they become; new ones go to the end.
 */
export function useStableOrder(rows: MonitorRow[], key: string, frozen: boolean): MonitorRow[] {
  const last = useRef<{ key: string; ids: number[] }>({ key: '', ids: [] });

  if (!frozen || last.current.key !== key) {
    last.current = { key, ids: rows.map((row) => row.id) };
    return rows;
  }

  const left = new Map(rows.map((row) => [row.id, row]));
  const kept: MonitorRow[] = [];
  for (const id of last.current.ids) {
    const row = left.get(id);
    if (row) {
      kept.push(row);
      left.delete(id);
    }
  }
  return [...kept, ...left.values()];
}
