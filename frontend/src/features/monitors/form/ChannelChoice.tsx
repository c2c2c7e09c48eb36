import { Link } from '@tanstack/react-router';
import { useFormContext } from 'react-hook-form';
import { kindName, useChannels } from '@/features/channels';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Failed, Skeleton } from '@/shared/ui/states';
import type { FormValues } from './values';

/** Who is told of this monitor. */
export function ChannelChoice() {
  const { watch, setValue, formState } = useFormContext<FormValues>();
  const { data: channels, error, refetch } = useChannels();
  const fallback = channels?.filter((channel) => channel.is_default).map(({ id }) => id) ?? [];
  const chosen = watch('channel_ids') ?? fallback;
  const problem = formState.errors.channel_ids?.message;

  function toggle(id: number, on: boolean) {
    const next = on ? [...chosen, id] : chosen.filter((each) => each !== id);
    setValue('channel_ids', next, { shouldDirty: true });
  }

  return (
    <fieldset className="flex min-w-0 flex-col gap-2 sm:col-span-2">
      <legend className="mb-1 font-medium">Tell</legend>
      {error && !channels && (
        <Failed what="The channels could not be loaded" error={error} retry={refetch} />
      )}
      {!channels && !error && <Skeleton className="h-6" />}
      {channels?.length === 0 && (
        <p className="text-muted">
          There is no channel yet, so nobody is told.{' '}
          <Link to="/channels/new" className="text-accent underline underline-offset-2">
            Add one
          </Link>
        </p>
      )}
      {channels && channels.length > 0 && chosen.length === 0 && (
        <p className="text-degraded-text text-sm">Nobody is told when it fails.</p>
      )}
      {channels && channels.length > 0 && (
        <div className="grid gap-x-4 gap-y-1 sm:grid-cols-2">
          {channels.map((channel) => (
            <Checkbox
              key={channel.id}
              checked={chosen.includes(channel.id)}
              onChange={(event) => toggle(channel.id, event.target.checked)}
              hint={channel.enabled ? undefined : 'switched off'}
            >
              <span className="break-words">{channel.name}</span>{' '}
              <span className="text-muted">{kindName(channel.kind)}</span>
            </Checkbox>
          ))}
        </div>
      )}
      {problem && (
        <p role="alert" className="text-down-text text-sm">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
