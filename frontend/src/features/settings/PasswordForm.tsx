import { useForm } from 'react-hook-form';
import { api } from '@/shared/api/client';
import { NewPasswordField, PasswordField } from '@/shared/ui/AccountFields';
import { Form, Submit } from '@/shared/ui/Form';
import { Panel } from '@/shared/ui/Panel';
import { toast } from '@/shared/ui/toast';

export function PasswordForm() {
  const form = useForm({ defaultValues: { current_password: '', new_password: '' } });

  async function submit(body: { current_password: string; new_password: string }) {
    await api.POST('/me/password', { body });
    form.reset();
    toast('Your password is changed; other sessions have ended', { tone: 'good' });
  }

  return (
    <Panel title="Password" lead="Changing it signs out every other session.">
      <Form form={form} onSubmit={submit} className="max-w-md">
        <PasswordField name="current_password" label="Current password" />
        <NewPasswordField name="new_password" label="New password" />
        <Submit className="self-start">Change the password</Submit>
      </Form>
    </Panel>
  );
}
