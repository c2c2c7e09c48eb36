import { clsx } from 'clsx';
import { StatusGlyph, type Tone } from './StatusGlyph';

const soft: Record<Tone, string> = {
  up: 'bg-up-soft text-up-text',
  degraded: 'bg-degraded-soft text-degraded-text',
  down: 'bg-down-soft text-down-text',
  maintenance: 'bg-maintenance-soft text-maintenance-text',
  paused: 'bg-paused-soft text-paused-text',
  pending: 'bg-paused-soft text-paused-text',
  unknown: 'bg-paused-soft text-paused-text',
};

export const statusWord: Record<Tone, string> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  maintenance: 'Maintenance',
  paused: 'Paused',
  pending: 'Pending',
  unknown: 'Unknown',
};

export function StatusPill({ tone, label }: { tone: Tone; label?: string }) {
  return (
    <span
      className={clsx(
        'inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full pr-2.5 pl-1.5 font-medium text-sm',
        soft[tone],
      )}
    >
      <StatusGlyph tone={tone} size={14} />
      {label ?? statusWord[tone]}
    </span>
  );
}
