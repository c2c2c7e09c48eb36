import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import { NewPasswordField } from '@/shared/ui/AccountFields';
import { buttonStyle } from '@/shared/ui/Button';
import { Form, Submit } from '@/shared/ui/Form';
import { AuthLayout } from './AuthLayout';
import { fromHash } from './hash';

export function ResetPage() {
  const [token] = useState(() => fromHash('token'));
  const [over, setOver] = useState(!token);
  const navigate = useNavigate();
  const form = useForm({ defaultValues: { new_password: '' } });

  async function submit({ new_password }: { new_password: string }) {
    try {
      await api.POST('/auth/password/reset', { body: { token: token ?? '', new_password } });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'invalid_reset_link') throw error;
      setOver(true);
      return;
    }
    navigate({ to: '/login', search: { reset: true }, replace: true });
  }

  if (over) {
    return (
      <AuthLayout
        title="This link is not good any more"
        lead="It works once, for ten minutes; of several, only the newest."
      >
        <Link to="/forgot" className={buttonStyle({ variant: 'primary' })}>
          Send me another
        </Link>
      </AuthLayout>
    );
  }

  return (
    <AuthLayout
      title="Choose a new password"
      lead="It signs you out everywhere. Then sign in with it."
    >
      <Form form={form} onSubmit={submit}>
        <NewPasswordField name="new_password" label="New password" />
        <Submit variant="primary">Set the password</Submit>
      </Form>
    </AuthLayout>
  );
}
