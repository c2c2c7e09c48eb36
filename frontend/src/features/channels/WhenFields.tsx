import { useFormContext } from 'react-hook-form';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Field } from '@/shared/ui/Field';
import { WithUnit } from '@/shared/ui/WithUnit';
import { eventNames } from './kinds';
import type { FormValues } from './values';

const hints: Record<string, string> = {
  down: 'After as many failures as the monitor says.',
  up: 'With how long it was down.',
  degraded: 'It works, but slower than it should.',
  cert: 'It ends soon, or has ended.',
};

/** What the channel is told, and how often. */
export function WhenFields() {
  const { register, formState } = useFormContext<FormValues>();
  const { errors } = formState;

  return (
    <section className="card p-4 sm:p-5">
      <h2 className="mb-4 font-semibold text-lg">When it is told</h2>
      <div className="grid gap-4 sm:grid-cols-2">
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 font-medium">Events</legend>
          {Object.entries(eventNames).map(([event, name]) => (
            <Checkbox key={event} {...register('events')} value={event} hint={hints[event]}>
              {name}
            </Checkbox>
          ))}
          {errors.events && <p className="text-down-text text-sm">{errors.events.message}</p>}
        </fieldset>
        <div className="flex flex-col gap-4">
          <Field
            label="Remind every"
            optional
            hint="While it is down and nobody has acknowledged it. Empty: never."
            error={errors.resend_after?.message}
          >
            {(wiring) => (
              <WithUnit unit="minutes">
                <input
                  {...wiring}
                  {...register('resend_after', {
                    validate: (value) =>
                      value.trim() === '' ||
                      (/^\d+$/.test(value.trim()) &&
                        Number(value) >= 1 &&
                        Number(value) <= 10080) ||
                      'Minutes from 1 to 10080, or nothing.',
                  })}
                  inputMode="numeric"
                  autoComplete="off"
                  placeholder="60"
                  className="input pr-20"
                />
              </WithUnit>
            )}
          </Field>
          <Checkbox {...register('is_default')} hint="They take it unless they are told otherwise.">
            For new monitors
          </Checkbox>
          <Checkbox {...register('enabled')} hint="Off: nothing is sent.">
            Enabled
          </Checkbox>
        </div>
      </div>
    </section>
  );
}
