import { useId, useState } from 'react';
import { useFormContext } from 'react-hook-form';
import { allTags, useMonitors } from '@/features/monitors';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Field } from '@/shared/ui/Field';
import { Failed, Skeleton } from '@/shared/ui/states';
import type { FormValues } from './values';

const SHOWN = 50;

/** By tag, one by one, or both. */
export function MonitorPicker() {
  const { register, watch, setValue, clearErrors, formState } = useFormContext<FormValues>();
  const { errors } = formState;
  const { data, error, refetch } = useMonitors();
  const [text, setText] = useState('');
  const id = useId();
  const chosen = new Set(watch('monitor_ids'));
  const rows = data?.rows ?? [];
  const wanted = text.trim().toLowerCase();
  const found = rows.filter((row) => `${row.name} ${row.url}`.toLowerCase().includes(wanted));
  const tags = allTags(rows);

  function toggle(monitor: string, on: boolean) {
    const next = on ? [...chosen, monitor] : [...chosen].filter((each) => each !== monitor);
    setValue('monitor_ids', next, { shouldDirty: true });
    clearErrors('monitor_ids');
  }

  return (
    <>
      <Field
        label="Monitors with one of these tags"
        optional
        hint={
          tags.length > 0
            ? `In use: ${tags.slice(0, 12).join(', ')}`
            : 'With commas between them; those that get a tag later are in it, too.'
        }
        error={errors.tags?.message}
      >
        {(wiring) => (
          <input
            {...wiring}
            {...register('tags')}
            autoComplete="off"
            placeholder="prod, shop"
            className="input"
          />
        )}
      </Field>
      <fieldset className="flex min-w-0 flex-col gap-2">
        <legend className="mb-1 font-medium">
          And these monitors{' '}
          <span className="font-normal text-muted" aria-live="polite">
            {chosen.size} chosen
          </span>
        </legend>
        {error && <Failed what="The monitors could not be loaded" error={error} retry={refetch} />}
        {!data && !error && <Skeleton className="h-24" />}
        {data && (
          <>
            <label htmlFor={id} className="sr-only">
              Find a monitor
            </label>
            <input
              id={id}
              type="search"
              className="input"
              placeholder="Find a monitor"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <div className="flex max-h-44 flex-col overflow-y-auto rounded-control border border-line p-2">
              {found.slice(0, SHOWN).map((row) => (
                <Checkbox
                  key={row.id}
                  className="shrink-0"
                  checked={chosen.has(String(row.id))}
                  onChange={(event) => toggle(String(row.id), event.target.checked)}
                >
                  <span className="break-words">{row.name}</span>
                </Checkbox>
              ))}
              {found.length === 0 && <p className="text-muted">No monitor matches.</p>}
              {found.length > SHOWN && (
                <p className="text-muted text-sm">
                  And {found.length - SHOWN} more; type a part of the name.
                </p>
              )}
            </div>
          </>
        )}
        {errors.monitor_ids && (
          <p role="alert" className="text-down-text text-sm">
            {errors.monitor_ids.message}
          </p>
        )}
      </fieldset>
    </>
  );
}
