import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { CodeField } from '@/shared/ui/AccountFields';
import { CopyButton } from '@/shared/ui/CopyButton';
import { Dialog } from '@/shared/ui/Dialog';
import { Form, FormButtons } from '@/shared/ui/Form';
import { QrCode } from './QrCode';

type Props = {
  secret: string;
  uri: string;
  onClose: () => void;
  onDone: (codes: string[]) => void;
};

export function Enrol({ secret, uri, onClose, onDone }: Props) {
  const form = useForm({ defaultValues: { code: '' } });

  async function submit({ code }: { code: string }) {
    const body = { code: code.replace(/\s/g, '') };
    onDone((await data(api.POST('/me/totp/confirm', { body }))).recovery_codes);
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Add it to your authenticator"
      description="Scan the picture, or type the secret. Then enter the code that the app shows."
    >
      <Form form={form} onSubmit={submit}>
        <QrCode text={uri} />
        <div className="flex items-center justify-center gap-1">
          <code className="min-w-0 break-all rounded-control bg-sunken px-2 py-1 font-mono text-sm">
            {secret}
          </code>
          <CopyButton text={secret} label="Copy the secret" />
        </div>
        <CodeField required="Enter the six digits." inputMode="numeric" />
        <FormButtons onCancel={onClose}>Switch on</FormButtons>
      </Form>
    </Dialog>
  );
}
