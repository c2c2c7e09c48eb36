import { Link, useNavigate } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import { accept, currentUser } from '@/shared/api/session';
import { EmailField, NewPasswordField } from '@/shared/ui/AccountFields';
import { Form, Submit } from '@/shared/ui/Form';
import { toast } from '@/shared/ui/toast';
import { AuthLayout, linkStyle } from './AuthLayout';
import { fromHash } from './hash';

export function SignupPage() {
  const navigate = useNavigate();
  const form = useForm({ defaultValues: { email: '', password: '' } });
  const invited = fromHash('invitation');

  async function submit(values: { email: string; password: string }) {
    try {
      accept(await data(api.POST('/auth/signup', { body: { ...values, invitation: invited } })));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'email_taken') throw error;
      form.setError('email', { message: 'This address has an account. Sign in instead.' });
      return;
    }
    if (currentUser()?.role === 'admin') {
      toast('This is the first account: it runs this server.', { tone: 'good' });
    }
    navigate({ to: '/welcome', replace: true });
  }

  return (
    <AuthLayout
      title="Sign up"
      lead={invited ? 'You were invited to this server.' : undefined}
      footer={
        <>
          Have an account?{' '}
          <Link to="/login" className={linkStyle}>
            Sign in
          </Link>
        </>
      }
    >
      <Form form={form} onSubmit={submit}>
        <EmailField />
        <NewPasswordField />
        <Submit variant="primary">Create account</Submit>
      </Form>
    </AuthLayout>
  );
}
