import { useLiveState } from '@/shared/api/live';
import { clock } from '@/shared/time/format';

/** Only when live updates are not: what is shown stays, with its age. */
export function LiveChip() {
  const { state, lastAt } = useLiveState();
  if (state !== 'reconnecting') return null;

  return (
    <div
      role="status"
      className="sticky top-2 z-20 mx-auto mt-2 w-fit rounded-full border border-degraded bg-degraded-soft px-3 py-1 text-degraded-text text-sm"
    >
      Reconnecting… {lastAt > 0 && `as of ${clock(lastAt / 1000)}`}
    </div>
  );
}
