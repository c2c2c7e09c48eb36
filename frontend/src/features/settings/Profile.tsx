import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { signedOut, updateUser } from '@/shared/api/session';
import { useSession } from '@/shared/api/useSession';
import { date } from '@/shared/time/format';
import { EmailField, PasswordField } from '@/shared/ui/AccountFields';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Form, FormButtons, Submit } from '@/shared/ui/Form';
import { Panel } from '@/shared/ui/Panel';
import { toast } from '@/shared/ui/toast';

export function Profile() {
  const { user } = useSession();
  const [deleting, setDeleting] = useState(false);
  const form = useForm({ defaultValues: { email: user?.email ?? '', password: '' } });

  async function submit(body: { email: string; password: string }) {
    const changed = await data(api.PATCH('/me', { body }));
    updateUser(changed);
    form.reset({ email: changed.email, password: '' });
    toast('Your address is changed; other sessions have ended', { tone: 'good' });
  }

  if (!user) return null;

  return (
    <>
      <Panel
        title="Email address"
        lead={`You sign in with it. ${user.role === 'admin' ? 'An administrator' : 'A user'} here since ${date(user.created_at)}.`}
      >
        <Form form={form} onSubmit={submit} className="max-w-md">
          <EmailField />
          <PasswordField hint="To make sure that it is you." />
          <Submit className="self-start" disabled={form.watch('email') === user.email}>
            Change the address
          </Submit>
        </Form>
      </Panel>
      <Panel
        title="Delete the account"
        lead="With all monitors, history, channels and keys. It cannot be undone."
        action={
          <Button className="text-down-text!" onClick={() => setDeleting(true)}>
            Delete my account
          </Button>
        }
      />
      {deleting && <DeleteAccount onClose={() => setDeleting(false)} />}
    </>
  );
}

function DeleteAccount({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const form = useForm({ defaultValues: { password: '' } });

  async function submit(body: { password: string }) {
    await api.DELETE('/me', { body });
    signedOut();
    navigate({ to: '/login' });
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Delete your account?"
      description="Everything in it goes with it."
    >
      <Form form={form} onSubmit={submit}>
        <PasswordField />
        <FormButtons cancel="Keep it" onCancel={onClose} variant="danger">
          Delete everything
        </FormButtons>
      </Form>
    </Dialog>
  );
}
