import { Link, useNavigate } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { rest } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import { toast } from '@/shared/ui/toast';
import { AuthLayout, linkStyle } from './AuthLayout';

export function ResetPage() {
  const navigate = useNavigate();
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  const form = useForm({ defaultValues: { password: '' } });
  const { errors, isSubmitting } = form.formState;

  async function submit({ password }: { password: string }) {
    try {
      await rest('POST', '/auth/reset', { body: { token, password } });
      toast('Your password is changed. Sign in with it.', { tone: 'good' });
      navigate({ to: '/login', replace: true });
    } catch (error) {
      showErrors(form, error);
    }
  }

  if (!token) {
    return (
      <AuthLayout title="This link is not whole">
        <p>
          Open the link from the mail again, or{' '}
          <Link to="/forgot" className={linkStyle}>
            ask for another
          </Link>
          .
        </p>
      </AuthLayout>
    );
  }

  return (
    <AuthLayout title="Choose a new password" lead="Everybody else who is signed in is signed out.">
      <form className="flex flex-col gap-4" onSubmit={form.handleSubmit(submit)} noValidate>
        <FormError message={errors.root?.message} />
        <Field label="New password" hint="At least 12 characters." error={errors.password?.message}>
          {(wiring) => (
            <PasswordInput
              {...wiring}
              {...form.register('password', {
                required: 'Choose a password.',
                minLength: { value: 12, message: 'It needs at least 12 characters.' },
              })}
              autoComplete="new-password"
            />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          Change it
        </Button>
      </form>
    </AuthLayout>
  );
}
