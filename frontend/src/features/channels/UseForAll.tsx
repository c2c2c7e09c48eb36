import { useMutation, useQueryClient } from '@tanstack/react-query';
import { bulkChannel, useMonitors } from '@/features/monitors';
import { explain } from '@/shared/api/problem';
import type { Channel } from '@/shared/api/schema';
import { count } from '@/shared/time/format';
import { Button } from '@/shared/ui/Button';
import { toast } from '@/shared/ui/toast';

/** For monitors that were there before the channel: it was not among theirs. */
export function UseForAll({ channel }: { channel: Channel }) {
  const client = useQueryClient();
  const { data } = useMonitors();
  const all = data?.complete ? data.rows.length : 0;

  const failed = (error: unknown) => toast(explain(error), { tone: 'bad' });
  const settled = () => {
    client.invalidateQueries({ queryKey: ['channels'] });
    client.invalidateQueries({ queryKey: ['monitors'] });
  };

  const remove = useMutation({
    mutationFn: (ids: number[]) => bulkChannel(ids, 'remove', channel.id),
    onError: failed,
    onSettled: settled,
  });

  const add = useMutation({
    mutationFn: () => bulkChannel(data?.rows.map(({ id }) => id) ?? [], 'add', channel.id),
    onSuccess: (changed) =>
      toast(`${channel.name} is told of ${count(changed.length)} more`, {
        tone: 'good',
        undo: () => remove.mutate(changed),
      }),
    onError: failed,
    onSettled: settled,
  });

  if (channel.monitors >= all) return null;

  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button size="sm" busy={add.isPending} onClick={() => add.mutate()}>
        Use for all monitors
      </Button>
      <span className="text-muted text-sm">
        {count(all - channel.monitors)} of {count(all)} do not tell it
      </span>
    </div>
  );
}
