import { useFormContext } from 'react-hook-form';
import { Field } from '@/shared/ui/Field';
import { Assertions } from './Assertions';
import { NumberField } from './NumberField';
import { Section } from './Section';
import { type FormValues, kindOf } from './values';

export function ExpectFields() {
  const { register, watch, formState } = useFormContext<FormValues>();
  const { errors } = formState;
  const [push, url] = watch(['push', 'url']);
  const kind = kindOf({ push, url });

  if (kind === 'push') return null;

  return (
    <Section title="What counts as up">
      {kind === 'http' && (
        <Field
          label="Expected status"
          hint="Numbers and ranges: 200-299,401"
          error={errors.expected_status?.message}
        >
          {(wiring) => (
            <input
              {...wiring}
              {...register('expected_status')}
              autoComplete="off"
              className="input font-mono"
            />
          )}
        </Field>
      )}
      <NumberField
        name="degraded_after_ms"
        label="Degraded when slower than"
        unit="ms"
        min={1}
        max={60000}
        optional
      />
      {(kind === 'http' || kind === 'tcp' || kind === 'dns') && (
        <>
          <Field
            label={kind === 'dns' ? 'Expected value' : 'Keyword'}
            optional
            hint={
              kind === 'dns'
                ? 'One of the records has to be this.'
                : 'Text in the answer; case counts.'
            }
            error={errors.keyword?.message}
          >
            {(wiring) => (
              <input {...wiring} {...register('keyword')} autoComplete="off" className="input" />
            )}
          </Field>
          <Field label="It has to be" error={errors.keyword_mode?.message}>
            {(wiring) => (
              <select {...wiring} {...register('keyword_mode')} className="input">
                <option value="present">present</option>
                <option value="absent">absent</option>
              </select>
            )}
          </Field>
        </>
      )}
      {kind === 'http' && <Assertions />}
    </Section>
  );
}
