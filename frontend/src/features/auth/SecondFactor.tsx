import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import type { Tokens } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { AuthLayout } from './AuthLayout';

type Props = { challenge: string; onDone: (tokens: Tokens) => void; onBack: () => void };

export function SecondFactor({ challenge, onDone, onBack }: Props) {
  const form = useForm({ defaultValues: { code: '' } });
  const { errors, isSubmitting } = form.formState;

  async function submit({ code }: { code: string }) {
    try {
      const body = { challenge, code: code.trim() };
      onDone(await data(api.POST('/auth/login/totp', { body })));
    } catch (error) {
      if (error instanceof ApiError && error.code === 'invalid_challenge') {
        form.setError('root', { message: 'That took too long. Go back and sign in again.' });
      } else {
        showErrors(form, error);
      }
    }
  }

  return (
    <AuthLayout
      title="Second factor"
      lead="Enter the six digits of your authenticator, or one of your recovery codes."
    >
      <form className="flex flex-col gap-4" onSubmit={form.handleSubmit(submit)} noValidate>
        <FormError message={errors.root?.message} />
        <Field label="Code" error={errors.code?.message}>
          {(wiring) => (
            <input
              {...wiring}
              {...form.register('code', { required: 'Enter the code.' })}
              // biome-ignore lint/a11y/noAutofocus: it is the page's only field
              autoFocus
              inputMode="text"
              autoComplete="one-time-code"
              autoCapitalize="off"
              spellCheck={false}
              className="input font-mono tracking-widest"
            />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          Go on
        </Button>
        <Button variant="ghost" onClick={onBack}>
          Back
        </Button>
      </form>
    </AuthLayout>
  );
}
