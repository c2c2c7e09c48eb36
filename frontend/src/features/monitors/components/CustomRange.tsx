import { useState } from 'react';
import { zoneName } from '@/shared/time/format';
import { fromWall, toWall } from '@/shared/time/wall';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { DialogButtons } from '@/shared/ui/DialogButtons';
import { Field } from '@/shared/ui/Field';
import type { DetailSearch } from '../search';

type Props = {
  search: DetailSearch;
  onClose: () => void;
  onCustom: (from: number, to: number) => void;
};

export default function CustomRange({ search, onClose, onCustom }: Props) {
  const now = Math.floor(Date.now() / 1000);
  const [from, setFrom] = useState(toWall(search.from ?? now - 86400, zoneName()));
  const [to, setTo] = useState(toWall(search.to ?? now, zoneName()));
  const [error, setError] = useState('');

  function submit() {
    const start = fromWall(from, zoneName());
    const end = fromWall(to, zoneName());
    if (start === null || end === null || end - start < 60) {
      setError('The end has to be at least a minute after the beginning.');
      return;
    }
    onCustom(start, end);
    onClose();
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Custom range"
      description={`Times in ${zoneName()}.`}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="From">
          {(wiring) => (
            <input
              {...wiring}
              type="datetime-local"
              className="input"
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
          )}
        </Field>
        <Field label="To" error={error}>
          {(wiring) => (
            <input
              {...wiring}
              type="datetime-local"
              className="input"
              value={to}
              onChange={(event) => setTo(event.target.value)}
            />
          )}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary">
            Show
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
