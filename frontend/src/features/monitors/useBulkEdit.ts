import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { explain } from '@/shared/api/problem';
import type { MonitorFields } from '@/shared/api/schema';
import { toast } from '@/shared/ui/toast';
import { bulkPatch, wholeMonitors } from './api';
import type { MonitorRow } from './model';

type Change = (row: MonitorRow) => MonitorFields;

/** Edits many at once; Undo gives each one back what it had. */
export function useBulkEdit() {
  const client = useQueryClient();

  return useCallback(
    async (rows: MonitorRow[], change: Change, done: string) => {
      async function apply(change: Change) {
        const groups = new Map<string, number[]>();
        for (const row of rows) {
          const key = JSON.stringify(change(row));
          groups.set(key, [...(groups.get(key) ?? []), row.id]);
        }

        try {
          for (const [patch, ids] of groups) await bulkPatch(ids, JSON.parse(patch));
          return true;
        } catch (error) {
          toast(explain(error), { tone: 'bad' });
          return false;
        } finally {
          client.invalidateQueries({ queryKey: ['monitors'] });
        }
      }

      // the list knows the tags; for the rest the monitors are asked
      const known = rows.every((row) => Object.keys(change(row)).every((key) => key === 'tags'));
      const previous = new Map<number, Record<string, unknown>>(
        known
          ? rows.map((row) => [row.id, { tags: row.tags }])
          : (await wholeMonitors(rows.map((row) => row.id))).map((each) => [each.id, each]),
      );
      const before: Change = (row) => {
        const had = previous.get(row.id) ?? {};
        return Object.fromEntries(Object.keys(change(row)).map((key) => [key, had[key]]));
      };

      if (await apply(change)) toast(done, { undo: () => apply(before) });
    },
    [client],
  );
}
