import { Link, useNavigate } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import { accept } from '@/shared/api/session';
import { Button } from '@/shared/ui/Button';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import { AuthLayout, linkStyle } from './AuthLayout';

// behind "#", so that it gets into no server's log
function invitation(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('invitation') ?? undefined;
}

export function SignupPage() {
  const navigate = useNavigate();
  const form = useForm({ defaultValues: { email: '', password: '' } });
  const { errors, isSubmitting } = form.formState;
  const invited = invitation();

  async function submit(values: { email: string; password: string }) {
    try {
      accept(await data(api.POST('/auth/signup', { body: { ...values, invitation: invited } })));
      navigate({ to: '/welcome', replace: true });
    } catch (error) {
      if (error instanceof ApiError && error.code === 'email_taken') {
        form.setError('email', { message: 'This address has an account. Sign in instead.' });
      } else {
        showErrors(form, error);
      }
    }
  }

  return (
    <AuthLayout
      title="Sign up"
      lead={invited ? 'You were invited to this server.' : 'The first account runs this server.'}
      footer={
        <>
          Have an account?{' '}
          <Link to="/login" className={linkStyle}>
            Sign in
          </Link>
        </>
      }
    >
      <form className="flex flex-col gap-4" onSubmit={form.handleSubmit(submit)} noValidate>
        <FormError message={errors.root?.message} />
        <Field label="Email" error={errors.email?.message}>
          {(wiring) => (
            <input
              {...wiring}
              {...form.register('email', { required: 'Enter your email address.' })}
              type="email"
              autoComplete="username"
              className="input"
            />
          )}
        </Field>
        <Field
          label="Password"
          hint="At least 12 characters. A few words are good; a common password is refused."
          error={errors.password?.message}
        >
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
          Make the account
        </Button>
      </form>
    </AuthLayout>
  );
}
