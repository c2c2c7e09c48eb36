import { useFormContext } from 'react-hook-form';
import { Field } from '@/shared/ui/Field';
import { Segmented } from '@/shared/ui/Segmented';
import { hostOf } from '../model';
import { NumberField } from './NumberField';
import { Section } from './Section';
import { type FormValues, type Kind, kindOf } from './values';

const kinds: Record<Kind, string> = {
  http: 'A web page or API: one request, and what must come back.',
  tcp: 'A TCP port: it accepts a connection, and says what is expected.',
  tls: 'A TLS port: the handshake works and the certificate is good.',
  dns: 'A DNS record: it is there, with the value that is expected.',
  icmp: 'A host: it answers a ping.',
  push: 'A job that calls this server; silence is the alarm.',
};

const intervals: [string, string][] = [
  ['10', 'every 10 seconds'],
  ['30', 'every 30 seconds'],
  ['60', 'every minute'],
  ['300', 'every 5 minutes'],
  ['900', 'every 15 minutes'],
  ['3600', 'every hour'],
  ['86400', 'every day'],
];

export function TargetFields({ editing }: { editing: boolean }) {
  const { register, watch, setValue, formState } = useFormContext<FormValues>();
  const { errors } = formState;
  const [push, url, chosen] = watch(['push', 'url', 'interval']);
  const kind = kindOf({ push, url });
  const known = intervals.some(([seconds]) => seconds === chosen);

  return (
    <Section title="What to watch" lead={kinds[kind]}>
      {!editing && (
        <div className="sm:col-span-2">
          <Segmented
            label="How it is watched"
            value={push ? 'push' : 'pull'}
            options={[
              { value: 'pull', label: 'This server checks it' },
              { value: 'push', label: 'It calls this server' },
            ]}
            onChange={(value) => setValue('push', value === 'push', { shouldDirty: true })}
          />
        </div>
      )}
      {!push && (
        <Field
          className="sm:col-span-2"
          label="URL"
          hint="Also tcp://host:port, tls://host:port, dns:name?type=A and icmp://host."
          error={errors.url?.message}
        >
          {(wiring) => (
            <input
              {...wiring}
              {...register('url', {
                validate: (value) => push || value.trim() !== '' || 'Enter what is to be checked.',
              })}
              // biome-ignore lint/a11y/noAutofocus: a new monitor begins with its URL
              autoFocus={!editing}
              type="text"
              inputMode="url"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              placeholder="https://example.com/health"
              className="input font-mono"
            />
          )}
        </Field>
      )}
      <Field label="Name" optional={!push} error={errors.name?.message}>
        {(wiring) => (
          <input
            {...wiring}
            {...register('name', {
              validate: (value) => !push || value.trim() !== '' || 'Give the job a name.',
            })}
            autoComplete="off"
            placeholder={push ? 'Nightly backup' : hostOf(url) || 'example.com'}
            className="input"
          />
        )}
      </Field>
      <Field label={push ? 'It calls' : 'Check'} error={errors.interval?.message}>
        {(wiring) => (
          <select {...wiring} {...register('interval')} className="input">
            {intervals.map(([seconds, words]) => (
              <option key={seconds} value={seconds}>
                {words}
              </option>
            ))}
            {!known && <option value={chosen}>every {chosen} seconds</option>}
          </select>
        )}
      </Field>
      <Field
        label="Tags"
        optional
        hint="With commas between them."
        error={errors.tags?.message}
        className={push ? undefined : 'sm:col-span-2'}
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
      {push && (
        <NumberField
          name="grace"
          label="Grace"
          unit="seconds"
          hint="How late a call may be before it counts as missed."
          min={0}
          max={2592000}
        />
      )}
    </Section>
  );
}
