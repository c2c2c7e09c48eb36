import { Button } from '@/shared/ui/Button';
import { CopyButton } from '@/shared/ui/CopyButton';
import { Dialog } from '@/shared/ui/Dialog';
import { DialogButtons } from '@/shared/ui/DialogButtons';

export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Two-factor is on. Keep these codes"
      description="Each one signs you in once when the phone is lost. They are shown only now."
    >
      <div className="flex items-start gap-2 rounded-control bg-sunken p-3">
        <ul className="grid flex-1 grid-cols-2 gap-x-4 gap-y-1 font-mono text-sm">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <CopyButton text={codes.join('\n')} label="Copy the codes" />
      </div>
      <DialogButtons>
        <Button variant="primary" onClick={onClose}>
          I have kept them
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
