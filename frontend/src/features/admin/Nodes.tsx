import type { System } from '@/shared/api/schema';
import { bytes, count, milliseconds, perSecond } from '@/shared/time/format';
import { Ago, Since } from '@/shared/time/Time';
import { Panel } from '@/shared/ui/Panel';

type Node = System['nodes'][number];

/** The checkers, and what each has to do. */
export function Nodes({ system: { nodes, leases } }: { system: System }) {
  return (
    <Panel
      title="Checkers"
      lead={`Monitors are dealt out in ${leases.shards} parts. ${leases.free === 0 ? 'Each has its checker.' : `${leases.free} have none.`}`}
    >
      {nodes.length === 0 && <p className="text-muted">None was seen in the last 15 seconds.</p>}
      <ul className="divide-y divide-line">
        {nodes.map((node) => (
          <li key={`${node.name} ${node.started_at}`} className="py-3 first:pt-0 last:pb-0">
            <p className="flex flex-wrap items-baseline gap-x-3">
              <span className="break-words font-medium">{node.name}</span>
              <span className="text-muted text-sm">
                version {node.version}, up <Since at={node.started_at} />, seen{' '}
                <Ago at={node.seen_at} />
              </span>
            </p>
            {node.stats ? (
              <Facts facts={factsOf(node, node.stats)} />
            ) : (
              <p className="text-muted text-sm">It has just started.</p>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function factsOf(node: Node, stats: NonNullable<Node['stats']>): [string, string][] {
  return [
    ['Parts', count(node.shards)],
    ['Monitors', count(stats.monitors)],
    ['Checks', perSecond(stats.checks_per_second)],
    ['Under way', count(stats.in_flight)],
    [
      'Start delay, p99 / max',
      `${milliseconds(stats.start_delay_p99_ms)} / ${milliseconds(stats.start_delay_max_ms)}`,
    ],
    [
      'Loop lag, p99 / max',
      `${milliseconds(stats.loop_lag_p99_ms)} / ${milliseconds(stats.loop_lag_max_ms)}`,
    ],
    ['Results that wait', count(stats.queue_rows)],
    ['On disk', bytes(stats.spool_bytes)],
    ['Lost', count(stats.results_dropped)],
  ];
}

export function Facts({ facts }: { facts: [string, string][] }) {
  return (
    <dl className="mt-2 grid grid-cols-[repeat(auto-fill,minmax(128px,1fr))] gap-x-4 gap-y-2">
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-muted text-xs">{name}</dt>
          <dd className="break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
