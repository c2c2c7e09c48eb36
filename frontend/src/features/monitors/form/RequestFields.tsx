import { useFormContext } from 'react-hook-form';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Field } from '@/shared/ui/Field';
import { AuthFields } from './AuthFields';
import { NumberField } from './NumberField';
import { Section } from './Section';
import { type FormValues, kindOf } from './values';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** What most monitors never need. */
export function RequestFields({ editing }: { editing: boolean }) {
  const { register, watch, formState } = useFormContext<FormValues>();
  const { errors } = formState;
  const [push, url] = watch(['push', 'url']);
  const kind = kindOf({ push, url });
  const http = kind === 'http';
  const tls = http || kind === 'tls';

  if (kind === 'push') return null;

  return (
    <Section
      folded
      title="More"
      lead={http ? 'Request, redirects, TLS, addresses' : 'Timeout, addresses'}
    >
      {http && (
        <>
          <Field label="Method" error={errors.method?.message}>
            {(wiring) => (
              <select {...wiring} {...register('method')} className="input">
                {methods.map((method) => (
                  <option key={method}>{method}</option>
                ))}
              </select>
            )}
          </Field>
          <AuthFields editing={editing} />
          <Field
            label="Headers"
            optional
            hint="One a line, Name: value"
            error={errors.headers?.message}
            className="sm:col-span-2"
          >
            {(wiring) => (
              <textarea
                {...wiring}
                {...register('headers')}
                rows={3}
                spellCheck={false}
                placeholder="Accept: application/json"
                className="input font-mono"
              />
            )}
          </Field>
        </>
      )}
      {(http || kind === 'tcp') && (
        <Field
          label={http ? 'Body' : 'Send after connecting'}
          optional
          error={errors.body?.message}
          className="sm:col-span-2"
        >
          {(wiring) => (
            <textarea
              {...wiring}
              {...register('body')}
              rows={3}
              spellCheck={false}
              className="input font-mono"
            />
          )}
        </Field>
      )}
      <NumberField name="timeout" label="Timeout" unit="seconds" min={1} max={60} />
      {kind !== 'dns' && (
        <Field label="IP version" error={errors.ip_version?.message}>
          {(wiring) => (
            <select {...wiring} {...register('ip_version')} className="input">
              <option value="any">any</option>
              <option value="4">IPv4 only</option>
              <option value="6">IPv6 only</option>
            </select>
          )}
        </Field>
      )}
      {http && <NumberField name="max_redirects" label="Redirects at most" min={0} max={5} />}
      {tls && (
        <>
          <NumberField
            name="cert_min_days"
            label="Down when the certificate ends within"
            unit="days"
            min={1}
            max={365}
            optional
          />
          <Field
            label="TLS server name"
            optional
            hint="Default: the host."
            error={errors.tls_server_name?.message}
          >
            {(wiring) => (
              <input
                {...wiring}
                {...register('tls_server_name')}
                autoComplete="off"
                className="input font-mono"
              />
            )}
          </Field>
        </>
      )}
      <div className="flex flex-col gap-2 sm:col-span-2">
        {http && <Checkbox {...register('follow_redirects')}>Follow redirects</Checkbox>}
        {tls && (
          <Checkbox {...register('verify_tls')} hint="Name, dates and issuer have to be right.">
            Check the certificate
          </Checkbox>
        )}
      </div>
    </Section>
  );
}
