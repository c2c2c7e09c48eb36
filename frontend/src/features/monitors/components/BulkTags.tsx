import { useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { DialogButtons } from '@/shared/ui/DialogButtons';
import { Field } from '@/shared/ui/Field';
import { allTags, type MonitorRow } from '../model';
import { useBulkEdit } from '../useBulkEdit';

type Props = { chosen: MonitorRow[]; onClose: () => void };

const listOf = (text: string) =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean);

export function BulkTags({ chosen, onClose }: Props) {
  const [add, setAdd] = useState('');
  const [remove, setRemove] = useState('');
  const edit = useBulkEdit();

  function submit() {
    const gone = new Set(listOf(remove));
    edit(
      chosen,
      (row) => ({
        tags: [...new Set([...row.tags.filter((tag) => !gone.has(tag)), ...listOf(add)])],
      }),
      `Changed the tags of ${chosen.length} monitors`,
    );
    onClose();
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={
        chosen.length === 1 ? `Tags of ${chosen[0]?.name}` : `Tags of ${chosen.length} monitors`
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="Add" hint="Several with commas between them.">
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              value={add}
              onChange={(event) => setAdd(event.target.value)}
            />
          )}
        </Field>
        <Field label="Remove" hint={`In use: ${allTags(chosen).slice(0, 12).join(', ') || 'none'}`}>
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              value={remove}
              onChange={(event) => setRemove(event.target.value)}
            />
          )}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!add.trim() && !remove.trim()}>
            Change tags
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
