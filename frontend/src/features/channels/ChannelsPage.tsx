import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Mail, Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import type { Channel } from '@/shared/api/schema';
import { count } from '@/shared/time/format';
import { buttonStyle } from '@/shared/ui/Button';
import { ConfirmByName } from '@/shared/ui/ConfirmByName';
import { Page } from '@/shared/ui/Page';
import { Empty, Failed, SkeletonRows } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast';
import { ChannelRow } from './ChannelRow';
import { channelKeys, useChannels } from './queries';

export function ChannelsPage() {
  const client = useQueryClient();
  const [deleting, setDeleting] = useState<Channel>();
  const { data: channels, error, refetch } = useChannels();

  const remove = useMutation({
    mutationFn: (id: number) => api.DELETE('/channels/{id}', { params: { path: { id } } }),
    onSuccess: () => {
      toast(`Deleted ${deleting?.name ?? 'the channel'}`);
      setDeleting(undefined);
    },
    onError: (error) => toast(explain(error), { tone: 'bad' }),
    onSettled: () => client.invalidateQueries({ queryKey: channelKeys.list }),
  });

  const add = (
    <Link to="/channels/new" className={buttonStyle({ variant: 'primary' })}>
      <Plus aria-hidden size={15} />
      New channel
    </Link>
  );

  return (
    <Page
      title="Alerts"
      lead="Who is told, and of what."
      actions={channels && channels.length > 0 && add}
    >
      {error && <Failed what="The channels could not be loaded" error={error} retry={refetch} />}
      {!channels && !error && <SkeletonRows rows={3} className="h-20" />}
      {channels?.length === 0 && (
        <Empty title="Nobody is told yet" action={add}>
          <p>
            Incidents are recorded, but no message goes out until there is a channel. It will look
            like this:
          </p>
          <div className="card mt-4 flex items-start gap-3 px-3 py-2 text-left">
            <Mail aria-hidden size={18} className="mt-0.5 shrink-0" />
            <div className="min-w-0">
              <p className="font-medium text-text">On call</p>
              <p className="text-xs">Email, oncall@example.com · Down, Up again</p>
            </div>
          </div>
        </Empty>
      )}
      {channels && channels.length > 0 && (
        <ul className="flex flex-col gap-2">
          {channels.map((channel) => (
            <ChannelRow key={channel.id} channel={channel} onDelete={() => setDeleting(channel)} />
          ))}
        </ul>
      )}
      {deleting && (
        <ConfirmByName
          open
          onOpenChange={() => setDeleting(undefined)}
          title={`Delete ${deleting.name}?`}
          name={deleting.name}
          action="Delete"
          busy={remove.isPending}
          onConfirm={() => remove.mutate(deleting.id)}
        >
          {deleting.monitors > 0 &&
            (deleting.monitors === 1
              ? 'The monitor that uses it tells it nothing more. '
              : `The ${count(deleting.monitors)} monitors that use it tell it nothing more. `)}
          It cannot be undone. To stop it for a while, switch it off instead.
        </ConfirmByName>
      )}
    </Page>
  );
}
