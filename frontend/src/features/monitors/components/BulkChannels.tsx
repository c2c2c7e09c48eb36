import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { kindName, useChannels } from '@/features/channels';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Dialog } from '@/shared/ui/Dialog';
import { DialogButtons } from '@/shared/ui/DialogButtons';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import type { MonitorRow } from '../model';
import { useBulkEdit } from '../useBulkEdit';

type Props = { chosen: MonitorRow[]; onClose: () => void };

/** All that are selected get the same channels. */
export function BulkChannels({ chosen, onClose }: Props) {
  const { data: channels, error, refetch } = useChannels();
  const [picked, setPicked] = useState<number[]>();
  const edit = useBulkEdit();
  const ids = picked ?? channels?.filter((each) => each.is_default).map(({ id }) => id) ?? [];

  const one = chosen.length === 1 ? chosen[0] : undefined;

  function submit() {
    const names = channels?.filter(({ id }) => ids.includes(id)).map(({ name }) => name) ?? [];
    edit(
      chosen,
      () => ({ channel_ids: ids }),
      names.length > 0 ? `${names.join(', ')} told of ${chosen.length}` : 'Nobody is told of them',
    );
    onClose();
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Who is told of ${one ? one.name : `${chosen.length} monitors`}?`}
      description="What is chosen here replaces the channels that they have."
    >
      {error && !channels && (
        <Failed what="The channels could not be loaded" error={error} retry={refetch} />
      )}
      {!channels && !error && <SkeletonRows rows={3} className="h-6" />}
      {channels?.length === 0 && (
        <p className="text-muted">
          There is no channel yet.{' '}
          <Link to="/channels/new" className="text-accent underline underline-offset-2">
            Add one
          </Link>
        </p>
      )}
      {channels?.map(({ id, name, kind, enabled }) => (
        <Checkbox
          key={id}
          checked={ids.includes(id)}
          onChange={({ target }) =>
            setPicked(target.checked ? [...ids, id] : ids.filter((each) => each !== id))
          }
          hint={enabled ? undefined : 'switched off'}
        >
          <span className="break-words">{name}</span>{' '}
          <span className="text-muted">{kindName(kind)}</span>
        </Checkbox>
      ))}
      {channels && channels.length > 0 && ids.length === 0 && (
        <p className="mt-2 text-degraded-text text-sm">Nobody is told when they fail.</p>
      )}
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="primary" disabled={!channels?.length} onClick={submit}>
          Change channels
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
