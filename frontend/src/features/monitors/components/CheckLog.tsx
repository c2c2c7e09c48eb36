import { Download } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { explain } from '@/shared/api/problem';
import type { Monitor, Outcome } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Segmented } from '@/shared/ui/Segmented';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast';
import { useNear } from '@/shared/ui/useNear';
import { saveChecksCsv } from '../csv';
import { useChecks } from '../history';
import { CheckRow } from './CheckRow';

type Props = {
  monitor: Monitor;
  from: number;
  to: number;
  outcome: Outcome | undefined;
  onOutcome: (outcome: Outcome | undefined) => void;
};

const filters = [
  { value: 'all', label: 'All' },
  { value: 'down', label: 'Down' },
  { value: 'degraded', label: 'Degraded' },
  { value: 'unknown', label: 'Unknown' },
];

export function CheckLog({ monitor, from, to, outcome, onOutcome }: Props) {
  const [section, near] = useNear<HTMLElement>();
  const checks = useChecks(monitor.id, from, to, outcome, near);
  const [saving, setSaving] = useState(false);
  // many rows: made in slices
  const pages = useDeferredValue(checks.data?.pages);
  const rows = pages?.flatMap((page) => page.items) ?? [];

  async function save() {
    setSaving(true);
    try {
      await saveChecksCsv(monitor, from, to, outcome);
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
    } finally {
      setSaving(false);
    }
  }

  return (
    <section
      ref={section}
      className="card p-4 [contain-intrinsic-height:auto_1600px] [content-visibility:auto] sm:p-5"
    >
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <h2 className="mr-auto font-semibold text-lg">Checks</h2>
        <div className="max-sm:order-last max-sm:w-full">
          <Segmented
            label="Outcome"
            value={outcome ?? 'all'}
            options={filters}
            onChange={(value) => onOutcome(value === 'all' ? undefined : (value as Outcome))}
          />
        </div>
        <Button size="sm" busy={saving} disabled={rows.length === 0} onClick={save}>
          <Download aria-hidden size={14} />
          CSV
        </Button>
      </div>
      {checks.error && (
        <Failed what="The checks could not be loaded" error={checks.error} retry={checks.refetch} />
      )}
      {near && !pages && !checks.error && <SkeletonRows />}
      {pages && rows.length === 0 && (
        <p className="py-4 text-muted">
          {outcome ? `No check was ${outcome} in this range.` : 'No check in this range.'}
        </p>
      )}
      {rows.length > 0 && (
        <div className="overflow-x-auto">
          <table className="w-full text-left text-sm">
            <thead className="text-muted text-xs">
              <tr className="border-line border-b [&>th]:py-1.5 [&>th]:pr-3 [&>th]:font-normal">
                <th scope="col">Time</th>
                <th scope="col">Outcome</th>
                <th scope="col" className="text-right">
                  Latency
                </th>
                <th scope="col" className="text-right max-sm:hidden">
                  Status
                </th>
                <th scope="col" className="pl-6 max-md:hidden">
                  Node
                </th>
                <th scope="col">
                  <span className="sr-only">Details</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((check) => (
                <CheckRow
                  key={`${check.slot} ${check.attempt} ${check.checked_at}`}
                  check={check}
                  monitor={monitor}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {checks.hasNextPage && (
        <Button
          className="mt-3 w-full"
          busy={checks.isFetchingNextPage}
          onClick={() => checks.fetchNextPage()}
        >
          Older checks
        </Button>
      )}
    </section>
  );
}
