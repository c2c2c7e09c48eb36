import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { signedOut, updateUser, useSession } from '@/shared/api/session';
import { date } from '@/shared/time/format';
import { Button } from '@/shared/ui/Button';
import { Dialog, DialogButtons } from '@/shared/ui/Dialog';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { Panel } from '@/shared/ui/Panel';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import { toast } from '@/shared/ui/toast';

export function Profile() {
  const { user } = useSession();
  const [deleting, setDeleting] = useState(false);
  const form = useForm({ defaultValues: { email: user?.email ?? '', password: '' } });
  const { errors, isSubmitting } = form.formState;

  async function submit(body: { email: string; password: string }) {
    try {
      const changed = await data(api.PATCH('/me', { body }));
      updateUser(changed);
      form.reset({ email: changed.email, password: '' });
      toast('Your address is changed; other sessions have ended', { tone: 'good' });
    } catch (error) {
      showErrors(form, error);
    }
  }

  if (!user) return null;

  return (
    <>
      <Panel
        title="Email address"
        lead={`You sign in with it. ${user.role === 'admin' ? 'An administrator' : 'A user'} here since ${date(user.created_at)}.`}
      >
        <form
          className="flex max-w-md flex-col gap-4"
          onSubmit={form.handleSubmit(submit)}
          noValidate
        >
          <FormError message={errors.root?.message} />
          <Field label="Email" error={errors.email?.message}>
            {(wiring) => (
              <input
                {...wiring}
                {...form.register('email')}
                type="email"
                autoComplete="username"
                className="input"
              />
            )}
          </Field>
          <Field
            label="Password"
            hint="To make sure that it is you."
            error={errors.password?.message}
          >
            {(wiring) => (
              <PasswordInput
                {...wiring}
                {...form.register('password', { required: 'Enter your password.' })}
                autoComplete="current-password"
              />
            )}
          </Field>
          <Button
            type="submit"
            className="self-start"
            busy={isSubmitting}
            disabled={form.watch('email') === user.email}
          >
            Change the address
          </Button>
        </form>
      </Panel>
      <Panel
        title="Delete the account"
        lead="With all monitors, history, channels and keys. It cannot be undone."
        action={
          <Button variant="dangerGhost" onClick={() => setDeleting(true)}>
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
  const { errors, isSubmitting } = form.formState;

  async function submit(body: { password: string }) {
    try {
      await api.DELETE('/me', { body });
      signedOut();
      navigate({ to: '/login' });
    } catch (error) {
      showErrors(form, error);
    }
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Delete your account?"
      description="Everything in it goes with it."
    >
      <form className="flex flex-col gap-4" onSubmit={form.handleSubmit(submit)} noValidate>
        <FormError message={errors.root?.message} />
        <Field label="Password" error={errors.password?.message}>
          {(wiring) => (
            <PasswordInput
              {...wiring}
              {...form.register('password', { required: 'Enter your password.' })}
              autoComplete="current-password"
            />
          )}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" variant="danger" busy={isSubmitting}>
            Delete everything
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
