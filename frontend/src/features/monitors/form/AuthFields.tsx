import { useFormContext } from 'react-hook-form';
import { Field } from '@/shared/ui/Field';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import type { FormValues } from './values';

export function AuthFields({ editing }: { editing: boolean }) {
  const { register, watch, formState } = useFormContext<FormValues>();
  const { errors } = formState;
  const auth = watch('auth');

  return (
    <>
      <Field label="Authentication" error={errors.auth?.message}>
        {(wiring) => (
          <select {...wiring} {...register('auth')} className="input">
            <option value="none">none</option>
            <option value="basic">user and password</option>
            <option value="bearer">bearer token</option>
          </select>
        )}
      </Field>
      {auth === 'basic' && (
        <Field label="User" error={errors.auth_user?.message}>
          {(wiring) => (
            <input {...wiring} {...register('auth_user')} autoComplete="off" className="input" />
          )}
        </Field>
      )}
      {auth !== 'none' && (
        <Field
          label={auth === 'basic' ? 'Password' : 'Token'}
          hint={editing ? 'Empty: the stored one stays.' : 'Stored sealed, never shown again.'}
          error={errors.auth_secret?.message}
        >
          {(wiring) => (
            <PasswordInput {...wiring} {...register('auth_secret')} autoComplete="off" />
          )}
        </Field>
      )}
    </>
  );
}
