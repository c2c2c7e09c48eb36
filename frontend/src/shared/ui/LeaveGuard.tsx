import { useBlocker } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { DialogButtons } from './DialogButtons';

type Props = { dirty: boolean; saved: RefObject<boolean> };

/** Asks before what was typed is lost. */
export function LeaveGuard({ dirty, saved }: Props) {
  const blocker = useBlocker({
    shouldBlockFn: () => dirty && !saved.current,
    enableBeforeUnload: () => dirty && !saved.current,
    withResolver: true,
  });

  return (
    <LeaveQuestion
      open={blocker.status === 'blocked'}
      onStay={() => blocker.reset?.()}
      onLeave={() => blocker.proceed?.()}
    />
  );
}

type QuestionProps = { open: boolean; onStay: () => void; onLeave: () => void };

export function LeaveQuestion({ open, onStay, onLeave }: QuestionProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onStay}
      title="Leave without saving?"
      description="What you changed here is lost."
    >
      <DialogButtons>
        <Button onClick={onStay}>Stay</Button>
        <Button variant="danger" onClick={onLeave}>
          Leave
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
