import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { api, data } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import type { Channel } from '@/shared/api/schema';
import { count } from '@/shared/time/format';
import { Ago } from '@/shared/time/Time';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { FormError } from '@/shared/ui/FormError';
import { Switch } from '@/shared/ui/Switch';
import { toast } from '@/shared/ui/toast';
import { eventNames, kinds, target } from './kinds';
import { type ChannelList, channelKeys } from './queries';
import { UseForAll } from './UseForAll';

export function ChannelRow({ channel, onDelete }: { channel: Channel; onDelete: () => void }) {
  const client = useQueryClient();
  const { name: kind, icon: Icon } = kinds[channel.kind];
  const monitors =
    ['no monitors', '1 monitor'][channel.monitors] ?? `${count(channel.monitors)} monitors`;

  const enable = useMutation({
    mutationFn: (enabled: boolean) =>
      data(
        api.PATCH('/channels/{id}', { params: { path: { id: channel.id } }, body: { enabled } }),
      ),
    onMutate: (enabled) => {
      client.setQueryData<ChannelList>(
        channelKeys.list,
        (list) =>
          list && {
            ...list,
            items: list.items.map((each) => (each.id === channel.id ? { ...each, enabled } : each)),
          },
      );
    },
    onError: (error) => toast(explain(error), { tone: 'bad' }),
    onSettled: () => client.invalidateQueries({ queryKey: channelKeys.list }),
  });

  return (
    <li className="card flex flex-col gap-3 p-4">
      <div className="grid grid-cols-[auto_minmax(0,1fr)_auto_auto] items-start gap-x-3">
        <Icon aria-hidden size={18} className="mt-0.5 shrink-0 text-muted" />
        <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to="/channels/$id"
            params={{ id: String(channel.id) }}
            className="break-words font-medium underline-offset-2 hover:underline"
          >
            {channel.name}
          </Link>
          <span className="text-muted">{kind}</span>
          {channel.is_default && <Badge tone="accent">For new monitors</Badge>}
          {!channel.enabled && <Badge>Switched off</Badge>}
        </p>
        <Button
          variant="ghost"
          size="iconSm"
          className="-my-1 max-sm:-my-3"
          aria-label={`Delete ${channel.name}`}
          onClick={onDelete}
        >
          <Trash2 aria-hidden size={15} />
        </Button>
        <Switch
          checked={channel.enabled}
          label={`${channel.name} is enabled`}
          onChange={(enabled) => enable.mutate(enabled)}
        />
        <div className="col-span-3 col-start-2 min-w-0">
          {target(channel) && <p className="truncate text-muted text-sm">{target(channel)}</p>}
          <p className="text-muted text-sm">
            {channel.events.length === 0
              ? 'Told of nothing'
              : channel.events.map((event) => eventNames[event]).join(', ')}
            <span className="max-sm:hidden"> · </span>
            <span className="max-sm:block">{monitors}</span>
          </p>
        </div>
      </div>
      <UseForAll channel={channel} />
      {channel.failure && (
        <div>
          <FormError message={`The last message was refused: ${channel.failure}`} />
          {channel.failed_at && (
            <p className="mt-1 text-muted text-sm">
              Refused <Ago at={channel.failed_at} />. Saving the channel gives it another try.
            </p>
          )}
        </div>
      )}
    </li>
  );
}
