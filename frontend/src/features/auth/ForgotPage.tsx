import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import { duration } from '@/shared/time/format';
import { EmailField } from '@/shared/ui/AccountFields';
import { Button } from '@/shared/ui/Button';
import { Form, Submit } from '@/shared/ui/Form';
import { AuthLayout, linkStyle } from './AuthLayout';

type Answer = { email: string; expires_in: number } | 'no_mail';

export function ForgotPage() {
  const [answer, setAnswer] = useState<Answer>();
  const form = useForm({ defaultValues: { email: '' } });
  const footer = (
    <Link to="/login" className={linkStyle}>
      Back to sign in
    </Link>
  );

  async function submit(body: { email: string }) {
    try {
      const { expires_in } = await data(api.POST('/auth/password/forgot', { body }));
      setAnswer({ email: body.email, expires_in });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'no_mail_server') throw error;
      setAnswer('no_mail');
    }
  }

  if (answer === 'no_mail') {
    return (
      <AuthLayout title="This server sends no mail" footer={footer}>
        <p>
          So it cannot send you a link. Ask whoever runs it to set a mail server:{' '}
          <code className="font-mono text-sm">uptime_smtp</code> and{' '}
          <code className="font-mono text-sm">uptime_dashboard_url</code> in the configuration of
          nginx. Then come back here.
        </p>
      </AuthLayout>
    );
  }

  if (answer) {
    return (
      <AuthLayout title="Look into your mail" footer={footer}>
        <p className="break-words">
          If <strong className="font-medium">{answer.email}</strong> has an account here, a link is
          on its way to it. It is good for {duration(answer.expires_in)} and for one use.
        </p>
        <p className="mt-2 text-muted">
          Nothing there? Look among the unwanted mail, or whether the address is the right one.
        </p>
        <Button className="mt-4" onClick={() => setAnswer(undefined)}>
          Another address, or once more
        </Button>
      </AuthLayout>
    );
  }

  return (
    <AuthLayout
      title="Forgot your password?"
      lead="Enter the address that you sign in with: a link comes by mail."
      footer={footer}
    >
      <Form form={form} onSubmit={submit}>
        <EmailField />
        <Submit variant="primary">Send me a link</Submit>
      </Form>
    </AuthLayout>
  );
}
