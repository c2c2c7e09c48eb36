import { useFormContext } from 'react-hook-form';
import { Field } from '@/shared/ui/Field';
import { WithUnit } from '@/shared/ui/WithUnit';
import type { FormValues } from './values';

type Props = {
  name: keyof FormValues;
  label: string;
  unit?: string;
  hint?: string;
  min: number;
  max: number;
  optional?: boolean;
};

/** A whole number in its bounds, with its unit beside it. */
export function NumberField({ name, label, unit, hint, min, max, optional }: Props) {
  const { register, formState } = useFormContext<FormValues>();
  const bounds = `A whole number from ${min} to ${max}.`;

  return (
    <Field
      label={label}
      optional={optional}
      hint={hint}
      error={formState.errors[name]?.message as string}
    >
      {(wiring) => (
        <WithUnit unit={unit}>
          <input
            {...wiring}
            {...register(name, {
              validate: (value) => {
                const text = String(value).trim();
                if (text === '') return optional || bounds;
                return (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max) || bounds;
              },
            })}
            inputMode="numeric"
            autoComplete="off"
            className="input pr-20"
          />
        </WithUnit>
      )}
    </Field>
  );
}
