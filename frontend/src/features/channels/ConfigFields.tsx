import { useFormContext } from 'react-hook-form';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Field } from '@/shared/ui/Field';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import { type ConfigField, type Kind, kinds } from './kinds';
import { type FormValues, MASK } from './values';

export function ConfigFields({ kind }: { kind: Kind }) {
  return kinds[kind].fields.map((field) => <OneField key={field.name} field={field} />);
}

function OneField({ field }: { field: ConfigField }) {
  const { register, getFieldState, formState } = useFormContext<FormValues>();
  const path = `config.${field.name}` as const;
  const wide = ['list', 'secret', 'headers', 'long'].includes(field.type) || field.name === 'url';
  const stored = formState.defaultValues?.config?.[field.name] === MASK;
  const common = {
    ...register(path, {
      validate: (value) =>
        !field.required || String(value).trim() !== '' || `${field.label} is needed.`,
    }),
    autoComplete: 'off',
    placeholder: field.placeholder,
  };

  if (field.type === 'switch') {
    return (
      <Checkbox {...register(path)} className="self-end">
        {field.label}
      </Checkbox>
    );
  }

  return (
    <Field
      label={field.label}
      optional={!field.required && field.type !== 'choice'}
      className={wide ? 'sm:col-span-2' : undefined}
      error={getFieldState(path, formState).error?.message}
      hint={stored ? storedHint(field.required) : field.hint}
    >
      {(wiring) => {
        if (field.type === 'secret') {
          return (
            <PasswordInput
              {...wiring}
              {...common}
              // typing replaces the mask
              onFocus={(event) => event.target.value === MASK && event.target.select()}
            />
          );
        }
        if (field.type === 'choice') {
          return (
            <select {...wiring} {...register(path)} className="input">
              {field.options?.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          );
        }
        if (field.type === 'headers' || field.type === 'long') {
          return (
            <textarea
              {...wiring}
              {...common}
              rows={field.type === 'long' ? 5 : 2}
              spellCheck={false}
              className="input font-mono"
            />
          );
        }
        return (
          <input
            {...wiring}
            {...common}
            type="text"
            inputMode={field.type === 'number' ? 'numeric' : undefined}
            autoCapitalize="off"
            spellCheck={false}
            className="input"
          />
        );
      }}
    </Field>
  );
}

function storedHint(required: boolean | undefined) {
  return required
    ? 'Stored and never shown again; type over it to change it.'
    : 'Stored and never shown again; type over it to change it, empty it to remove it.';
}
