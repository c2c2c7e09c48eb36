import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import type { Tokens } from '@/shared/api/schema';
import { accept } from '@/shared/api/session';
import { Button } from '@/shared/ui/Button';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import { AuthLayout, linkStyle } from './AuthLayout';
import { SecondFactor } from './SecondFactor';

export function LoginPage() {
  const { next, ended } = useSearch({ from: '/open/login' });
  const [challenge, setChallenge] = useState('');
  const navigate = useNavigate();
  const form = useForm({ defaultValues: { email: '', password: '' } });
  const { errors, isSubmitting } = form.formState;

  function enter(tokens: Tokens) {
    accept(tokens);
    // only a path of this site
    const href = next?.startsWith('/') && !next.startsWith('//') ? next : '/monitors';
    navigate({ href, replace: true });
  }

  async function submit(body: { email: string; password: string }) {
    try {
      const answer = await data(api.POST('/auth/login', { body }));
      if ('challenge' in answer) setChallenge(answer.challenge);
      else enter(answer);
    } catch (error) {
      showErrors(form, error);
    }
  }

  if (challenge) {
    return <SecondFactor challenge={challenge} onDone={enter} onBack={() => setChallenge('')} />;
  }

  return (
    <AuthLayout
      title="Sign in"
      lead={ended ? 'Your session has ended. Sign in to go on where you were.' : undefined}
      footer={
        <>
          No account yet?{' '}
          <Link to="/signup" className={linkStyle}>
            Sign up
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
        <Field label="Password" error={errors.password?.message}>
          {(wiring) => (
            <PasswordInput
              {...wiring}
              {...form.register('password', { required: 'Enter your password.' })}
              autoComplete="current-password"
            />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          Sign in
        </Button>
      </form>
    </AuthLayout>
  );
}
