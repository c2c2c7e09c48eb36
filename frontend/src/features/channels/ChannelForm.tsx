import { useForm } from 'react-hook-form';
import type { Channel } from '@/shared/api/schema';
import { Field } from '@/shared/ui/Field';
import { WideForm } from '@/shared/ui/WideForm';
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
  const { errors } = form.formState;
  const info = kinds[kind];

  return (
    <WideForm
      form={form}
      saveLabel={channel ? 'Save' : 'Add channel'}
      aside={<SendTest kind={kind} channel={channel} />}
      onSave={onSave}
      onCancel={onCancel}
    >
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
    </WideForm>
  );
}
