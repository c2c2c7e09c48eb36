import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import type { Tokens } from '@/shared/api/schema';
import { CodeField } from '@/shared/ui/AccountFields';
import { Button } from '@/shared/ui/Button';
import { Form, Submit } from '@/shared/ui/Form';
import { AuthLayout } from './AuthLayout';

type Props = { challenge: string; onDone: (tokens: Tokens) => void; onBack: () => void };

export function SecondFactor({ challenge, onDone, onBack }: Props) {
  const form = useForm({ defaultValues: { code: '' } });

  async function submit({ code }: { code: string }) {
    try {
      const body = { challenge, code: code.trim() };
      onDone(await data(api.POST('/auth/login/totp', { body })));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'invalid_challenge') throw error;
      form.setError('root', { message: 'That took too long. Go back and sign in again.' });
    }
  }

  return (
    <AuthLayout
      title="Second factor"
      lead="Enter the six digits of your authenticator, or one of your recovery codes."
    >
      <Form form={form} onSubmit={submit}>
        <CodeField required="Enter the code." autoFocus inputMode="text" />
        <Submit variant="primary">Go on</Submit>
        <Button variant="ghost" onClick={onBack}>
          Back
        </Button>
      </Form>
    </AuthLayout>
  );
}
