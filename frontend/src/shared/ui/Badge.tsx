import { clsx } from 'clsx';
import type { ReactNode } from 'react';

type Tone = 'good' | 'accent' | 'maintenance';

const tones: Record<Tone, string> = {
  good: 'bg-up-soft text-up-text',
  accent: 'bg-accent-soft text-accent',
  maintenance: 'bg-maintenance-soft text-maintenance-text',
};

/** A word beside a name; the status of a monitor has a StatusPill. */
export function Badge({ tone, children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-flex h-5 shrink-0 items-center whitespace-nowrap rounded-full px-2 font-normal text-xs',
        tone ? tones[tone] : 'bg-paused-soft text-paused-text',
      )}
    >
      {children}
    </span>
  );
}
