import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import { currentUser } from '@/shared/api/session';
import { Page } from '@/shared/ui/Page';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast';
import { ChannelForm } from './ChannelForm';
import { Deliveries } from './Deliveries';
import { type Kind, kinds } from './kinds';
import { channelKeys, useChannels } from './queries';
import { type FormValues, fieldsOf } from './values';

export function NewPage() {
  const { kind: wanted = '', monitor } = useSearch({ from: '/inside/channels/new' });
  const kind = wanted in kinds ? (wanted as Kind) : undefined;
  const navigate = useNavigate();
  const client = useQueryClient();

  async function save(kind: Kind, values: FormValues) {
    const channel = await data(
      api.POST('/channels', { body: { kind, ...fieldsOf(kind, values) } }),
    );
    client.invalidateQueries({ queryKey: channelKeys.all });
    if (monitor) await tell(monitor, channel.id);
    toast(monitor ? `${channel.name} is told from now on` : `Added ${channel.name}`, {
      tone: 'good',
    });
    if (monitor) navigate({ to: '/monitors/$id', params: { id: String(monitor) } });
    else navigate({ to: '/channels' });
  }

  /** It was there before the channel, so that it did not take it by itself. */
  async function tell(id: number, channel: number) {
    const { channel_ids } = await data(api.GET('/monitors/{id}', { params: { path: { id } } }));
    const body = { channel_ids: [...new Set([...channel_ids, channel])] };
    await api.PATCH('/monitors/{id}', { params: { path: { id } }, body });
    client.invalidateQueries({ queryKey: ['monitors', id] });
  }

  if (!kind) return <KindTiles monitor={monitor} />;

  return (
    <Page title="New channel">
      <ChannelForm
        key={kind}
        kind={kind}
        onSave={(values) => save(kind, values)}
        onCancel={() => navigate({ to: '/channels' })}
      />
    </Page>
  );
}

function KindTiles({ monitor }: { monitor: number | undefined }) {
  const offered = Object.entries(kinds).filter(
    ([, info]) => !info.admin || currentUser()?.role === 'admin',
  );

  return (
    <Page title="New channel" lead="Where should alerts go?">
      <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
        {offered.map(([kind, { name, lead, icon: Icon }]) => (
          <li key={kind}>
            <Link
              to="/channels/new"
              search={{ kind, monitor }}
              className="card flex h-full items-start gap-3 p-4 transition-colors duration-150 hover:border-line-strong hover:bg-sunken"
            >
              <Icon aria-hidden size={20} className="mt-0.5 shrink-0 text-accent" />
              <span className="min-w-0">
                <span className="block font-medium">{name}</span>
                <span className="block text-muted text-sm">{lead}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}

export function EditPage() {
  const id = Number(useParams({ from: '/inside/channels/$id' }).id);
  const { data: channels, error, refetch } = useChannels();
  const channel = channels?.find((each) => each.id === id);
  const navigate = useNavigate();
  const client = useQueryClient();

  async function save(values: FormValues) {
    if (!channel) return;
    try {
      const saved = await data(
        api.PATCH('/channels/{id}', {
          params: { path: { id }, header: { 'If-Match': `"${channel.version}"` } },
          body: fieldsOf(channel.kind, values, channel),
        }),
      );
      client.invalidateQueries({ queryKey: channelKeys.all });
      toast(`Saved ${saved.name}`, { tone: 'good' });
      navigate({ to: '/channels' });
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        throw new ApiError(
          { detail: 'This channel was changed meanwhile. Reload the page and edit again.' },
          412,
        );
      }
      throw error;
    }
  }

  return (
    <Page title={channel ? `Edit ${channel.name}` : 'Edit the channel'}>
      {error && <Failed what="The channel could not be loaded" error={error} retry={refetch} />}
      {!channels && !error && <SkeletonRows rows={3} className="h-40" />}
      {channels && !channel && (
        <p className="text-muted">
          There is no such channel any more. <Link to="/channels">All channels</Link>
        </p>
      )}
      {channel && (
        <>
          <ChannelForm
            key={id}
            kind={channel.kind}
            channel={channel}
            onSave={save}
            onCancel={() => navigate({ to: '/channels' })}
          />
          <Deliveries id={id} />
        </>
      )}
    </Page>
  );
}
