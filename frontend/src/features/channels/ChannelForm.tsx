import { useRef } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import type { Channel } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { LeaveGuard } from '@/shared/ui/LeaveGuard';
import { ConfigFields } from './ConfigFields';
import { type Kind, kinds } from './kinds';
import { SendTest } from './SendTest';
import { TextFields } from './TextFields';
import { type FormValues, valuesOf } from './values';
import { WhenFields } from './WhenFields';

type Props = {
  kind: Kind;
  channel?: Channel;
  onSave: (values: FormValues) => Promise<void>;
  onCancel: () => void;
};

export function ChannelForm({ kind, channel, onSave, onCancel }: Props) {
  const form = useForm<FormValues>({ defaultValues: valuesOf(kind, channel) });
  const { errors, isSubmitting, isDirty } = form.formState;
  const saved = useRef(false);
  const info = kinds[kind];

  async function submit(values: FormValues) {
    try {
      saved.current = true;
      await onSave(values);
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
          <section className="card p-4 sm:p-5">
            <h2 className="flex items-center gap-2 font-semibold text-lg">
              <info.icon aria-hidden size={18} className="text-muted" />
              {info.name}
            </h2>
            <p className="mb-4 text-muted">{info.lead}</p>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label="Name" optional className="sm:col-span-2" error={errors.name?.message}>
                {(wiring) => (
                  <input
                    {...wiring}
                    {...form.register('name')}
                    autoComplete="off"
                    placeholder={info.name}
                    className="input"
                  />
                )}
              </Field>
              <ConfigFields kind={kind} />
            </div>
          </section>
          <WhenFields />
          <TextFields kind={kind} />
          <div className="sticky bottom-0 z-10 -mx-1 flex items-center justify-end gap-2 border-line border-t bg-bg px-1 py-3 max-sm:bottom-14 max-sm:*:flex-1">
            {isDirty && (
              <span className="mr-auto text-muted text-sm max-sm:hidden">Not saved yet</span>
            )}
            <Button onClick={onCancel}>Cancel</Button>
            <Button type="submit" variant="primary" busy={isSubmitting}>
              {channel ? 'Save' : 'Add channel'}
            </Button>
          </div>
        </div>
        <SendTest kind={kind} channel={channel} />
      </form>
      <LeaveGuard dirty={isDirty} saved={saved} />
    </FormProvider>
  );
}
