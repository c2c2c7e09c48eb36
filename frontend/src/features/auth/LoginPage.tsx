import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import type { Tokens } from '@/shared/api/schema';
import { accept } from '@/shared/api/session';
import { EmailField, PasswordField } from '@/shared/ui/AccountFields';
import { Form, Submit } from '@/shared/ui/Form';
import { AuthLayout, linkStyle } from './AuthLayout';
import { SecondFactor } from './SecondFactor';

function leadOf(ended?: boolean, reset?: boolean): string | undefined {
  if (reset) return 'Your new password is set. Sign in with it.';
  if (ended) return 'Your session has ended. Sign in to go on where you were.';
  return undefined;
}

export function LoginPage() {
  const { next, ended, reset } = useSearch({ from: '/open/login' });
  const [challenge, setChallenge] = useState('');
  const navigate = useNavigate();
  const form = useForm({ defaultValues: { email: '', password: '' } });

  function enter(tokens: Tokens) {
    accept(tokens);
    // only a path of this site
    const href = next?.startsWith('/') && !next.startsWith('//') ? next : '/monitors';
    navigate({ href, replace: true });
  }

  async function submit(body: { email: string; password: string }) {
    const answer = await data(api.POST('/auth/login', { body }));
    if ('challenge' in answer) setChallenge(answer.challenge);
    else enter(answer);
  }

  if (challenge) {
    return <SecondFactor challenge={challenge} onDone={enter} onBack={() => setChallenge('')} />;
  }

  return (
    <AuthLayout
      title="Sign in"
      lead={leadOf(ended, reset)}
      footer={
        <>
          No account yet?{' '}
          <Link to="/signup" className={linkStyle}>
            Sign up
          </Link>
        </>
      }
    >
      <Form form={form} onSubmit={submit}>
        <EmailField />
        <PasswordField />
        <Submit variant="primary">Sign in</Submit>
        <Link to="/forgot" className={`${linkStyle} self-center`}>
          Forgot your password?
        </Link>
      </Form>
    </AuthLayout>
  );
}
