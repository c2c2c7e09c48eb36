import { useForm } from 'react-hook-form';
import { api } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { Panel } from '@/shared/ui/Panel';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import { toast } from '@/shared/ui/toast';

export function PasswordForm() {
  const form = useForm({ defaultValues: { current_password: '', new_password: '' } });
  const { errors, isSubmitting } = form.formState;

  async function submit(body: { current_password: string; new_password: string }) {
    try {
      await api.POST('/me/password', { body });
      form.reset();
      toast('Your password is changed; other sessions have ended', { tone: 'good' });
    } catch (error) {
      showErrors(form, error);
    }
  }

  return (
    <Panel title="Password" lead="Changing it signs out every other session.">
      <form
        className="flex max-w-md flex-col gap-4"
        onSubmit={form.handleSubmit(submit)}
        noValidate
      >
        <FormError message={errors.root?.message} />
        <Field label="Current password" error={errors.current_password?.message}>
          {(wiring) => (
            <PasswordInput
              {...wiring}
              {...form.register('current_password', { required: 'Enter your password.' })}
              autoComplete="current-password"
            />
          )}
        </Field>
        <Field
          label="New password"
          hint="At least 12 characters."
          error={errors.new_password?.message}
        >
          {(wiring) => (
            <PasswordInput
              {...wiring}
              {...form.register('new_password', {
                required: 'Choose a password.',
                minLength: { value: 12, message: 'It needs at least 12 characters.' },
              })}
              autoComplete="new-password"
            />
          )}
        </Field>
        <Button type="submit" className="self-start" busy={isSubmitting}>
          Change the password
        </Button>
      </form>
    </Panel>
  );
}
