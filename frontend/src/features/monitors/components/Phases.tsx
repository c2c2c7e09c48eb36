import { milliseconds } from '@/shared/time/format';
import { phasesOf, type Timed } from '../phases';

/** Where the time of one check went. */
export function Phases({ check }: { check: Timed }) {
  const phases = phasesOf(check);
  const total = phases.reduce((sum, phase) => sum + phase.ms, 0);
  if (total === 0) return null;

  return (
    <div>
      <div aria-hidden className="flex h-3 gap-px overflow-hidden rounded-full">
        {phases.map((phase) => (
          <span
            key={phase.name}
            style={{ flexGrow: phase.ms / total }}
            className={`min-w-0.5 ${phase.colour}`}
          />
        ))}
      </div>
      <dl className="mt-2 grid grid-cols-2 gap-x-6 gap-y-1 text-sm sm:flex sm:flex-wrap">
        {phases.map((phase) => (
          <div key={phase.name} className="flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-full ${phase.colour}`} />
            <dt className="text-muted">{phase.name}</dt>
            <dd className="max-sm:ml-auto">{milliseconds(phase.ms)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
