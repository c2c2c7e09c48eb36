import type { ComponentProps } from 'react';
import { Dialog } from '@/shared/ui/Dialog';
import { CheckOutcome } from './CheckOutcome';

type Props = ComponentProps<typeof CheckOutcome> & { onClose: () => void };

export default function CheckedNow({ result, onClose }: Props) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Checked just now"
      description="It changes neither status nor history."
    >
      <CheckOutcome result={result} />
    </Dialog>
  );
}
