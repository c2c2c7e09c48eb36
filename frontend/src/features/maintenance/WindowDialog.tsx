import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import type { Maintenance } from '@/shared/api/schema';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Dialog } from '@/shared/ui/Dialog';
import { Field } from '@/shared/ui/Field';
import { Form, FormButtons } from '@/shared/ui/Form';
import { LeaveGuard, LeaveQuestion } from '@/shared/ui/LeaveGuard';
import { toast } from '@/shared/ui/toast';
import { MonitorPicker } from './MonitorPicker';
import { TimeFields } from './TimeFields';
import { type FormValues, fieldsOf, valuesOf } from './values';

type Props = { window?: Maintenance; onClose: () => void };

export function WindowDialog({ window, onClose }: Props) {
  const client = useQueryClient();
  const form = useForm<FormValues>({ defaultValues: valuesOf(window) });
  const { errors, isDirty } = form.formState;
  const saved = useRef(false);
  const [leaving, setLeaving] = useState(false);
  const close = () => (isDirty ? setLeaving(true) : onClose());

  async function submit(values: FormValues) {
    const body = fieldsOf(values);
    if (!body.monitor_ids?.length && !body.tags?.length) {
      form.setError('monitor_ids', { message: 'Choose monitors here, or a tag above.' });
      return;
    }
    try {
      const { name } = await data(
        window
          ? api.PATCH('/maintenances/{id}', {
              params: {
                path: { id: window.id },
                header: { 'If-Match': `"${window.version}"` },
              },
              body,
            })
          : api.POST('/maintenances', { body }),
      );
      client.invalidateQueries({ queryKey: ['maintenances'] });
      saved.current = true;
      toast(`Saved ${name}`, { tone: 'good' });
      onClose();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) throw error;
      form.setError('root', {
        message: 'Somebody else changed this window meanwhile. Close it and edit again.',
      });
    }
  }

  return (
    <Dialog
      open
      wide
      onOpenChange={close}
      title={window ? `Edit ${window.name}` : 'New maintenance window'}
    >
      <Form form={form} onSubmit={submit}>
        <Field label="Name" error={errors.name?.message}>
          {(wiring) => (
            <input
              {...wiring}
              {...form.register('name', {
                validate: (value) => value.trim() !== '' || 'Give it a name.',
              })}
              autoComplete="off"
              placeholder="Database upgrade"
              className="input"
            />
          )}
        </Field>
        <TimeFields />
        <MonitorPicker />
        <Checkbox {...form.register('enabled')}>Enabled</Checkbox>
        <FormButtons onCancel={close}>{window ? 'Save' : 'Add window'}</FormButtons>
      </Form>
      <LeaveGuard dirty={isDirty} saved={saved} />
      <LeaveQuestion open={leaving} onStay={() => setLeaving(false)} onLeave={onClose} />
    </Dialog>
  );
}
