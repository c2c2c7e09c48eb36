import { type ReactNode, useRef } from 'react';
import { type FieldValues, FormProvider, type UseFormReturn } from 'react-hook-form';
import { Button } from './Button';
import { FormError } from './FormError';
import { showErrors } from './form-errors';
import { LeaveGuard } from './LeaveGuard';

type Props<T extends FieldValues> = {
  form: UseFormReturn<T>;
  saveLabel: string;
  /** To try what is in the form: beside it, and on phones above Save. */
  aside: ReactNode;
  onSave: (values: T) => Promise<void>;
  onCancel: () => void;
  children: ReactNode;
};

/** A form that is a page: Save stays in sight, and nothing typed is lost unasked. */
export function WideForm<T extends FieldValues>(props: Props<T>) {
  const { form, saveLabel, aside, onSave, onCancel, children } = props;
  const { errors, isSubmitting, isDirty } = form.formState;
  const saved = useRef(false);

  async function submit(values: T) {
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
        className="flex flex-col gap-4 lg:grid lg:grid-cols-[minmax(0,1fr)_340px] lg:items-start"
      >
        <div className="flex min-w-0 flex-col gap-4 lg:col-start-1 lg:row-start-1 lg:pb-20">
          <FormError message={errors.root?.message} />
          {children}
        </div>
        <div className="lg:sticky lg:top-6 lg:col-start-2 lg:row-start-1">{aside}</div>
        {/* over all of the row, so that it sticks along it */}
        <div className="sticky bottom-0 z-10 -mx-1 flex items-center justify-end gap-2 border-line border-t bg-bg px-1 py-3 max-sm:bottom-14 max-sm:*:flex-1 lg:col-start-1 lg:row-start-1 lg:self-end">
          {isDirty && (
            <span className="mr-auto text-muted text-sm max-sm:hidden">Not saved yet</span>
          )}
          <Button onClick={onCancel}>Cancel</Button>
          <Button type="submit" variant="primary" busy={isSubmitting}>
            {saveLabel}
          </Button>
        </div>
      </form>
      <LeaveGuard dirty={isDirty} saved={saved} />
    </FormProvider>
  );
}
