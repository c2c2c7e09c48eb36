import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import {
  type FieldValues,
  FormProvider,
  type UseFormReturn,
  useFormContext,
} from 'react-hook-form';
import { Button } from './Button';
import { DialogButtons } from './DialogButtons';
import { FormError } from './FormError';
import { showErrors } from './form-errors';

type Props<T extends FieldValues> = {
  form: UseFormReturn<T>;
  /** What it throws is shown at the fields that it names, or above them. */
  onSubmit: (values: T) => Promise<void>;
  className?: string;
  children: ReactNode;
};

export function Form<T extends FieldValues>({ form, onSubmit, className, children }: Props<T>) {
  async function submit(values: T) {
    try {
      await onSubmit(values);
    } catch (error) {
      showErrors(form, error);
    }
  }

  return (
    <FormProvider {...form}>
      <form
        className={clsx('flex flex-col gap-4', className)}
        onSubmit={form.handleSubmit(submit)}
        noValidate
      >
        <FormError message={form.formState.errors.root?.message} />
        {children}
      </form>
    </FormProvider>
  );
}

type SubmitProps = {
  variant?: 'primary' | 'danger';
  disabled?: boolean;
  className?: string;
  children: ReactNode;
};

export function Submit(props: SubmitProps) {
  const { isSubmitting } = useFormContext().formState;
  return <Button type="submit" busy={isSubmitting} {...props} />;
}

type ButtonsProps = {
  cancel?: string;
  onCancel: () => void;
  variant?: 'primary' | 'danger';
  children: ReactNode;
};

/** Of a form in a dialog. */
export function FormButtons({ cancel, onCancel, variant, children }: ButtonsProps) {
  return (
    <DialogButtons>
      <Button onClick={onCancel}>{cancel ?? 'Cancel'}</Button>
      <Submit variant={variant ?? 'primary'}>{children}</Submit>
    </DialogButtons>
  );
}
