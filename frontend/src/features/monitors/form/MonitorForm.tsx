import { useForm } from 'react-hook-form';
import type { MonitorFields } from '@/shared/api/schema';
import { WideForm } from '@/shared/ui/WideForm';
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

  return (
    <WideForm
      form={form}
      saveLabel={saveLabel}
      aside={<TestNow editing={editing} />}
      onSave={(values) => onSave(fieldsOf(values))}
      onCancel={onCancel}
    >
      <TargetFields editing={editing !== undefined} />
      <ExpectFields />
      <AlertFields />
      <RequestFields editing={editing !== undefined} />
    </WideForm>
  );
}
