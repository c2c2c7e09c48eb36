import { useQueryClient } from '@tanstack/react-query';
import { FormProvider, useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import type { Maintenance } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Dialog, DialogButtons } from '@/shared/ui/Dialog';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { toast } from '@/shared/ui/toast';
import { MonitorPicker } from './MonitorPicker';
import { TimeFields } from './TimeFields';
import { type FormValues, fieldsOf, valuesOf } from './values';

type Props = { window?: Maintenance; onClose: () => void };

export function WindowDialog({ window, onClose }: Props) {
  const client = useQueryClient();
  const form = useForm<FormValues>({ defaultValues: valuesOf(window) });
  const { errors, isSubmitting } = form.formState;

  async function submit(values: FormValues) {
    const body = fieldsOf(values);
    if (!body.monitor_ids?.length && !body.tags?.length) {
      form.setError('monitor_ids', { message: 'Choose monitors here, or a tag above.' });
      return;
    }
    try {
      const saved = await data(
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
      toast(`Saved ${saved.name}`, { tone: 'good' });
      onClose();
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        form.setError('root', {
          message: 'Somebody else changed this window meanwhile. Close it and edit again.',
        });
      } else {
        showErrors(form, error);
      }
    }
  }

  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title={window ? `Edit ${window.name}` : 'New maintenance window'}
    >
      <FormProvider {...form}>
        <form className="flex flex-col gap-4" noValidate onSubmit={form.handleSubmit(submit)}>
          <FormError message={errors.root?.message} />
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
          <DialogButtons>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="primary" busy={isSubmitting}>
              {window ? 'Save' : 'Add window'}
            </Button>
          </DialogButtons>
        </form>
      </FormProvider>
    </Dialog>
  );
}
