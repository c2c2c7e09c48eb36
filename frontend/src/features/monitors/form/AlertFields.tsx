import { useFormContext } from 'react-hook-form';
import { Checkbox } from '@/shared/ui/Checkbox';
import { ChannelChoice } from './ChannelChoice';
import { NumberField } from './NumberField';
import { Section } from './Section';
import { type FormValues, kindOf } from './values';

export function AlertFields() {
  const { register, watch } = useFormContext<FormValues>();
  const [push, url, threshold, retry] = watch([
    'push',
    'url',
    'failure_threshold',
    'retry_interval',
  ]);
  const kind = kindOf({ push, url });
  const wait = (Number(threshold) - 1) * Number(retry);

  return (
    <Section
      title="When it fails"
      lead={
        kind === 'push'
          ? 'A missed call is down at once.'
          : `Down after ${threshold || '?'} failures in a row, at least ${Number.isFinite(wait) ? wait : '?'} s after the first.`
      }
    >
      {kind !== 'push' && (
        <>
          <NumberField name="failure_threshold" label="Failures until down" min={1} max={10} />
          <NumberField
            name="retry_interval"
            label="Try again after"
            unit="seconds"
            min={1}
            max={3600}
          />
        </>
      )}
      {(kind === 'http' || kind === 'tls') && (
        <NumberField
          name="cert_warn_days"
          label="Warn before the certificate ends"
          unit="days"
          min={0}
          max={365}
        />
      )}
      <ChannelChoice />
      <Checkbox
        {...register('upside_down')}
        className="sm:col-span-2"
        hint="For what must not be reachable: failing is up, working is down."
      >
        Upside down
      </Checkbox>
    </Section>
  );
}
