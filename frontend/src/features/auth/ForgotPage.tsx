import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { rest } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import { Button } from '@/shared/ui/Button';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { AuthLayout, linkStyle } from './AuthLayout';

export function ForgotPage() {
  const [sentTo, setSentTo] = useState('');
  const form = useForm({ defaultValues: { email: '' } });
  const { errors, isSubmitting } = form.formState;

  async function submit({ email }: { email: string }) {
    try {
      await rest('POST', '/auth/forgot', { body: { email } });
      setSentTo(email);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        form.setError('root', {
          message: 'This server sends no mail. Ask its administrator for help.',
        });
      } else {
        showErrors(form, error);
      }
    }
  }

  const back = (
    <Link to="/login" className={linkStyle}>
      Back to sign in
    </Link>
  );

  if (sentTo) {
    return (
      <AuthLayout title="Look into your mail" footer={back}>
        <p>
          If <strong className="break-all">{sentTo}</strong> has an account here, a link is on its
          way. It is good for an hour.
        </p>
      </AuthLayout>
    );
  }

  return (
    <AuthLayout
      title="Reset your password"
      lead="A link to choose a new one comes by mail."
      footer={back}
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
        <Button type="submit" variant="primary" busy={isSubmitting}>
          Send the link
        </Button>
      </form>
    </AuthLayout>
  );
}
