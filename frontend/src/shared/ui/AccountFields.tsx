// The fields that forms of accounts have in common, named as password
// managers know them.

import type { ComponentProps, ReactNode } from 'react';
import { type RegisterOptions, useFormContext } from 'react-hook-form';
import { Field } from './Field';
import { PasswordInput } from './PasswordInput';

function useField(name: string, rules: RegisterOptions) {
  const { register, formState } = useFormContext();
  const message = formState.errors[name]?.message;
  return {
    input: register(name, rules),
    error: typeof message === 'string' ? message : undefined,
  };
}

export function EmailField() {
  const { input, error } = useField('email', { required: 'Enter the email address.' });

  return (
    <Field label="Email" error={error}>
      {(wiring) => (
        <input {...wiring} {...input} type="email" autoComplete="username" className="input" />
      )}
    </Field>
  );
}

type PasswordProps = { name?: string; label?: string; hint?: ReactNode };

export function PasswordField({ name = 'password', label = 'Password', hint }: PasswordProps) {
  const { input, error } = useField(name, { required: 'Enter your password.' });

  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => <PasswordInput {...wiring} {...input} autoComplete="current-password" />}
    </Field>
  );
}

export function NewPasswordField({ name = 'password', label = 'Password' }: PasswordProps) {
  const { input, error } = useField(name, {
    required: 'Choose a password.',
    minLength: { value: 12, message: 'It needs at least 12 characters.' },
  });

  return (
    <Field
      label={label}
      hint="At least 12 characters. A few words are good; a common password is refused."
      error={error}
    >
      {(wiring) => <PasswordInput {...wiring} {...input} autoComplete="new-password" />}
    </Field>
  );
}

type CodeProps = { required: string } & Pick<ComponentProps<'input'>, 'autoFocus' | 'inputMode'>;

export function CodeField({ required, ...rest }: CodeProps) {
  const { input, error } = useField('code', { required });

  return (
    <Field label="Code" error={error}>
      {(wiring) => (
        <input
          {...wiring}
          {...input}
          {...rest}
          autoComplete="one-time-code"
          autoCapitalize="off"
          spellCheck={false}
          className="input font-mono tracking-widest"
        />
      )}
    </Field>
  );
}
