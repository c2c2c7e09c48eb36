import { useFormContext } from 'react-hook-form';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Field } from '@/shared/ui/Field';
import { Segmented } from '@/shared/ui/Segmented';
import { WithUnit } from '@/shared/ui/WithUnit';
import { type FormValues, weekdayNames } from './values';

const kinds: { value: FormValues['kind']; label: string }[] = [
  { value: 'once', label: 'Once' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'cron', label: 'Cron' },
];

export function TimeFields() {
  const { register, watch, setValue, formState } = useFormContext<FormValues>();
  const { errors } = formState;
  const kind = watch('kind');

  return (
    <>
      <div>
        <Segmented
          label="How often"
          value={kind}
          options={kinds}
          onChange={(value) => setValue('kind', value, { shouldDirty: true })}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        {kind === 'once' && (
          <>
            <Field label="From" error={errors.starts_at?.message}>
              {(wiring) => (
                <input
                  {...wiring}
                  {...register('starts_at', { required: 'Say when it begins.' })}
                  type="datetime-local"
                  className="input"
                />
              )}
            </Field>
            <Field label="Until" error={errors.ends_at?.message}>
              {(wiring) => (
                <input
                  {...wiring}
                  {...register('ends_at', {
                    required: 'Say when it ends.',
                    validate: (value, all) =>
                      all.kind !== 'once' || value > all.starts_at || 'It ends before it begins.',
                  })}
                  type="datetime-local"
                  className="input"
                />
              )}
            </Field>
          </>
        )}
        {kind === 'weekly' && (
          <>
            <fieldset className="sm:col-span-2">
              <legend className="mb-1 font-medium">Days</legend>
              <div className="grid grid-cols-4 gap-x-4 sm:flex sm:flex-wrap">
                {weekdayNames.map((name, index) => (
                  <Checkbox
                    key={name}
                    value={String(index + 1)}
                    {...register('weekdays', {
                      validate: (days, all) =>
                        all.kind !== 'weekly' || days.length > 0 || 'Choose a day.',
                    })}
                  >
                    {name}
                  </Checkbox>
                ))}
              </div>
              {errors.weekdays && (
                <p role="alert" className="text-down-text text-sm">
                  {errors.weekdays.message}
                </p>
              )}
            </fieldset>
            <Field label="At" error={errors.start_time?.message}>
              {(wiring) => (
                <input
                  {...wiring}
                  {...register('start_time', { required: 'Say when it begins.' })}
                  type="time"
                  className="input"
                />
              )}
            </Field>
          </>
        )}
        {kind === 'cron' && (
          <Field
            label="Cron"
            hint="Minute, hour, day, month, weekday: 0 3 1 * * is 03:00 on each first."
            error={errors.cron?.message}
          >
            {(wiring) => (
              <input
                {...wiring}
                {...register('cron', { required: 'Enter the five fields.' })}
                autoComplete="off"
                spellCheck={false}
                className="input font-mono"
              />
            )}
          </Field>
        )}
        {kind !== 'once' && (
          <Field label="For" error={errors.duration?.message}>
            {(wiring) => (
              <WithUnit unit="minutes">
                <input
                  {...wiring}
                  {...register('duration', {
                    validate: (value, all) =>
                      all.kind === 'once' ||
                      (/^\d+$/.test(value.trim()) &&
                        Number(value) >= 1 &&
                        Number(value) <= 10080) ||
                      'Minutes from 1 to 10080.',
                  })}
                  inputMode="numeric"
                  autoComplete="off"
                  className="input pr-20"
                />
              </WithUnit>
            )}
          </Field>
        )}
        <Field
          label="Time zone"
          hint="The times are of its clocks, also in summer time."
          className="sm:col-span-2"
          error={errors.timezone?.message}
        >
          {(wiring) => (
            <>
              <input
                {...wiring}
                {...register('timezone', { required: 'Choose a zone.' })}
                list="zones"
                autoComplete="off"
                spellCheck={false}
                className="input"
              />
              <datalist id="zones">
                {['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => (
                  <option key={zone} value={zone} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      </div>
    </>
  );
}
