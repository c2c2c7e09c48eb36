import { useBlocker } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { Button } from './Button';
import { Dialog, DialogButtons } from './Dialog';

type Props = { dirty: boolean; saved: RefObject<boolean> };

/** Asks before what was typed is lost. */
export function LeaveGuard({ dirty, saved }: Props) {
  const blocker = useBlocker({
    shouldBlockFn: () => dirty && !saved.current,
    enableBeforeUnload: () => dirty && !saved.current,
    withResolver: true,
  });

  return (
    <Dialog
      open={blocker.status === 'blocked'}
      onOpenChange={() => blocker.reset?.()}
      title="Leave without saving?"
      description="What you changed here is lost."
    >
      <DialogButtons>
        <Button onClick={() => blocker.reset?.()}>Stay</Button>
        <Button variant="danger" onClick={() => blocker.proceed?.()}>
          Leave
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
