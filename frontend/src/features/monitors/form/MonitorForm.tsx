import { useRef } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import type { MonitorFields } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { LeaveGuard } from '@/shared/ui/LeaveGuard';
import { AlertFields } from './AlertFields';
import { ExpectFields } from './ExpectFields';
import { RequestFields } from './RequestFields';
import { TargetFields } from './TargetFields';
import { TestNow } from './TestNow';
import { type FormValues, fieldsOf } from './values';

type Props = {
  initial: FormValues;
  editing?: number;
  saveLabel: string;
  onSave: (fields: MonitorFields) => Promise<void>;
  onCancel: () => void;
};

export function MonitorForm({ initial, editing, saveLabel, onSave, onCancel }: Props) {
  const form = useForm<FormValues>({ defaultValues: initial });
  const { errors, isSubmitting, isDirty } = form.formState;
  const saved = useRef(false);

  async function submit(values: FormValues) {
    try {
      saved.current = true;
      await onSave(fieldsOf(values));
    } catch (error) {
      saved.current = false;
      showErrors(form, error);
    }
  }

  return (
    <FormProvider {...form}>
      <form
        noValidate
        onSubmit={form.handleSubmit(submit)}
        className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_340px]"
      >
        <div className="flex min-w-0 flex-col gap-4">
          <FormError message={errors.root?.message} />
          <TargetFields editing={editing !== undefined} />
          <ExpectFields />
          <AlertFields />
          <RequestFields editing={editing !== undefined} />
          <div className="sticky bottom-0 z-10 -mx-1 flex items-center justify-end gap-2 border-line border-t bg-bg px-1 py-3 max-sm:bottom-14 max-sm:*:flex-1">
            {isDirty && (
              <span className="mr-auto text-muted text-sm max-sm:hidden">Not saved yet</span>
            )}
            <Button onClick={onCancel}>Cancel</Button>
            <Button type="submit" variant="primary" busy={isSubmitting}>
              {saveLabel}
            </Button>
          </div>
        </div>
        <TestNow editing={editing} />
      </form>
      <LeaveGuard dirty={isDirty} saved={saved} />
    </FormProvider>
  );
}
