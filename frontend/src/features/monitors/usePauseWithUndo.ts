import { useCallback } from 'react';
import { explain } from '@/shared/api/problem';
import { toast } from '@/shared/ui/toast';
import { useSetPaused } from './queries';

type Named = { id: number; name: string };

/** Pauses or resumes at once; the toast takes it back. */
export function usePauseWithUndo() {
  const { mutate } = useSetPaused();

  return useCallback(
    (monitors: Named[], paused: boolean) => {
      const ids = monitors.map((monitor) => monitor.id);
      const what =
        monitors.length === 1 ? (monitors[0]?.name ?? '') : `${monitors.length} monitors`;
      const failed = (error: unknown) => toast(explain(error), { tone: 'bad' });

      mutate(
        { ids, paused },
        {
          onSuccess: () =>
            toast(`${paused ? 'Paused' : 'Resumed'} ${what}`, {
              undo: () => mutate({ ids, paused: !paused }, { onError: failed }),
            }),
          onError: failed,
        },
      );
    },
    [mutate],
  );
}
