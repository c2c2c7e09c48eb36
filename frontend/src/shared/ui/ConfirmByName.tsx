import { type ReactNode, useState } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { DialogButtons } from './DialogButtons';
import { Field } from './Field';

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  name: string;
  action: string;
  busy?: boolean;
  onConfirm: () => void;
  children: ReactNode;
};

/** For what cannot be undone: the name has to be typed. */
export function ConfirmByName(props: Props) {
  const { open, onOpenChange, title, name, action, busy, onConfirm, children } = props;
  const [typed, setTyped] = useState('');

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setTyped('');
        onOpenChange(next);
      }}
      title={title}
      description={children}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === name) onConfirm();
        }}
      >
        <Field
          label={
            <>
              Type <span className="break-all font-mono">{name}</span> to go on
            </>
          }
        >
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <DialogButtons>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" variant="danger" busy={busy} disabled={typed.trim() !== name}>
            {action}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
