import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { CopyButton } from '@/shared/ui/CopyButton';
import { Dialog } from '@/shared/ui/Dialog';
import { DialogButtons } from '@/shared/ui/DialogButtons';
import { Field } from '@/shared/ui/Field';
import { Form, FormButtons } from '@/shared/ui/Form';

type Values = { name: string; scope: 'read' | 'write'; days: string };

export function NewKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [secret, setSecret] = useState('');
  const form = useForm<Values>({ defaultValues: { name: '', scope: 'read', days: '90' } });
  const { errors } = form.formState;

  async function submit({ name, scope, days }: Values) {
    const end = new Date(Date.now() + Number(days) * 86_400_000).toISOString();
    const body = { name: name.trim(), scope, expires_at: days === '0' ? null : end };
    setSecret((await data(api.POST('/keys', { body }))).key);
    client.invalidateQueries({ queryKey: ['keys'] });
  }

  if (secret) {
    return (
      <Dialog
        open
        onOpenChange={onClose}
        title="Your new key"
        description="It is shown only now. Keep it like a password."
      >
        <div className="flex items-center gap-1 rounded-control bg-sunken p-2">
          <code className="min-w-0 flex-1 break-all font-mono text-sm">{secret}</code>
          <CopyButton text={secret} label="Copy the key" />
        </div>
        <DialogButtons>
          <Button variant="primary" onClick={onClose}>
            I have kept it
          </Button>
        </DialogButtons>
      </Dialog>
    );
  }

  return (
    <Dialog open onOpenChange={onClose} title="New API key">
      <Form form={form} onSubmit={submit}>
        <Field label="Name" hint="What it is for." error={errors.name?.message}>
          {(wiring) => (
            <input
              {...wiring}
              {...form.register('name', { required: 'Give it a name.' })}
              autoComplete="off"
              placeholder="deploy script"
              className="input"
            />
          )}
        </Field>
        <div className="grid grid-cols-2 gap-4">
          <Field label="Scope" error={errors.scope?.message}>
            {(wiring) => (
              <select {...wiring} {...form.register('scope')} className="input">
                <option value="read">read</option>
                <option value="write">read and write</option>
              </select>
            )}
          </Field>
          <Field label="Valid for">
            {(wiring) => (
              <select {...wiring} {...form.register('days')} className="input">
                <option value="30">30 days</option>
                <option value="90">90 days</option>
                <option value="365">1 year</option>
                <option value="0">no end</option>
              </select>
            )}
          </Field>
        </div>
        <FormButtons onCancel={onClose}>Create key</FormButtons>
      </Form>
    </Dialog>
  );
}
