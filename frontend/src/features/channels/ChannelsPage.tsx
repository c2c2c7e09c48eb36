import { Link } from '@tanstack/react-router';
import { Mail, Plus, TriangleAlert } from 'lucide-react';
import { api } from '@/shared/api/client';
import type { Channel } from '@/shared/api/schema';
import { count } from '@/shared/time/format';
import { buttonStyle } from '@/shared/ui/Button';
import { Page } from '@/shared/ui/Page';
import { Empty, Failed, SkeletonRows } from '@/shared/ui/states';
import { useDeleteByName } from '@/shared/ui/useDeleteByName';
import { ChannelRow } from './ChannelRow';
import { channelKeys, useChannels, useMonitorsWithout } from './queries';

export function ChannelsPage() {
  const { data: channels, error, refetch } = useChannels();
  const { data: without = 0 } = useMonitorsWithout();

  const [askDelete, deleteDialog] = useDeleteByName<Channel>({
    queryKey: channelKeys.list,
    remove: (id) => api.DELETE('/channels/{id}', { params: { path: { id } } }),
    warning: ({ monitors }) => {
      const lost =
        ['', 'The monitor that uses it tells it nothing more. '][monitors] ??
        `The ${count(monitors)} monitors that use it tell it nothing more. `;
      return `${lost}It cannot be undone. To stop it for a while, switch it off instead.`;
    },
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
      {channels && channels.length > 0 && without > 0 && (
        <p className="flex items-center gap-2 rounded-control bg-degraded-soft px-3 py-2 text-degraded-text">
          <TriangleAlert aria-hidden size={16} className="shrink-0" />
          {without === 1
            ? 'One monitor has no channel: nobody is told when it fails.'
            : `${count(without)} monitors have no channel: nobody is told when they fail.`}
        </p>
      )}
      {channels && channels.length > 0 && (
        <ul className="flex flex-col gap-2">
          {channels.map((channel) => (
            <ChannelRow key={channel.id} channel={channel} onDelete={() => askDelete(channel)} />
          ))}
        </ul>
      )}
      {deleteDialog}
    </Page>
  );
}
