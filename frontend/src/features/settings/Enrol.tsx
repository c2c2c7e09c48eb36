import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { CopyButton } from '@/shared/ui/CopyButton';
import { Dialog, DialogButtons } from '@/shared/ui/Dialog';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { QrCode } from './QrCode';

type Props = {
  secret: string;
  uri: string;
  onClose: () => void;
  onDone: (codes: string[]) => void;
};

export function Enrol({ secret, uri, onClose, onDone }: Props) {
  const form = useForm({ defaultValues: { code: '' } });
  const { errors, isSubmitting } = form.formState;

  async function submit({ code }: { code: string }) {
    try {
      const body = { code: code.replace(/\s/g, '') };
      onDone((await data(api.POST('/me/totp/confirm', { body }))).recovery_codes);
    } catch (error) {
      showErrors(form, error);
    }
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Add it to your authenticator"
      description="Scan the picture, or type the secret. Then enter the code that the app shows."
    >
      <form className="flex flex-col gap-4" onSubmit={form.handleSubmit(submit)} noValidate>
        <FormError message={errors.root?.message} />
        <QrCode text={uri} />
        <div className="flex items-center gap-1">
          <code className="min-w-0 break-all rounded-control bg-sunken px-2 py-1 font-mono text-sm">
            {secret}
          </code>
          <CopyButton text={secret} label="Copy the secret" />
        </div>
        <Field label="Code" error={errors.code?.message}>
          {(wiring) => (
            <input
              {...wiring}
              {...form.register('code', { required: 'Enter the six digits.' })}
              inputMode="numeric"
              autoComplete="one-time-code"
              className="input font-mono tracking-widest"
            />
          )}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={isSubmitting}>
            Switch on
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
