import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { updateUser, useSession } from '@/shared/api/session';
import { Button } from '@/shared/ui/Button';
import { Dialog, DialogButtons } from '@/shared/ui/Dialog';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { Panel } from '@/shared/ui/Panel';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import { StatusPill } from '@/shared/ui/StatusPill';
import { toast } from '@/shared/ui/toast';
import { Enrol } from './Enrol';
import { RecoveryCodes } from './RecoveryCodes';

type Step =
  | { name: 'password' }
  | { name: 'enrol'; secret: string; uri: string }
  | { name: 'codes'; codes: string[] };

export function TwoFactor() {
  const { user } = useSession();
  const [step, setStep] = useState<Step>();
  if (!user) return null;
  const on = user.totp_enabled;

  return (
    <Panel
      title="Two-factor authentication"
      lead="Besides the password, a code of an authenticator app on your phone."
      action={
        <div className="flex items-center gap-3">
          <StatusPill tone={on ? 'up' : 'paused'} label={on ? 'On' : 'Off'} />
          <Button onClick={() => setStep({ name: 'password' })}>
            {on ? 'Switch off' : 'Set up'}
          </Button>
        </div>
      }
    >
      {step?.name === 'password' && (
        <WithPassword
          on={on}
          onClose={() => setStep(undefined)}
          onEnrol={(secret, uri) => setStep({ name: 'enrol', secret, uri })}
          onOff={() => {
            updateUser({ ...user, totp_enabled: false });
            setStep(undefined);
            toast('Two-factor authentication is off');
          }}
        />
      )}
      {step?.name === 'enrol' && (
        <Enrol
          secret={step.secret}
          uri={step.uri}
          onClose={() => setStep(undefined)}
          onDone={(codes) => {
            updateUser({ ...user, totp_enabled: true });
            setStep({ name: 'codes', codes });
          }}
        />
      )}
      {step?.name === 'codes' && (
        <RecoveryCodes codes={step.codes} onClose={() => setStep(undefined)} />
      )}
    </Panel>
  );
}

type Props = {
  on: boolean;
  onClose: () => void;
  onEnrol: (secret: string, uri: string) => void;
  onOff: () => void;
};

function WithPassword({ on, onClose, onEnrol, onOff }: Props) {
  const form = useForm({ defaultValues: { password: '' } });
  const { errors, isSubmitting } = form.formState;

  async function submit(body: { password: string }) {
    try {
      if (on) {
        await api.DELETE('/me/totp', { body });
        onOff();
      } else {
        const { secret, otpauth_uri } = await data(api.POST('/me/totp', { body }));
        onEnrol(secret, otpauth_uri);
      }
    } catch (error) {
      showErrors(form, error);
    }
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={on ? 'Switch two-factor off?' : 'Set up two-factor'}
      description={
        on
          ? 'The password alone is enough then.'
          : 'First your password, to make sure that it is you.'
      }
    >
      <form className="flex flex-col gap-4" onSubmit={form.handleSubmit(submit)} noValidate>
        <FormError message={errors.root?.message} />
        <Field label="Password" error={errors.password?.message}>
          {(wiring) => (
            <PasswordInput
              {...wiring}
              {...form.register('password', { required: 'Enter your password.' })}
              autoComplete="current-password"
            />
          )}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant={on ? 'danger' : 'primary'} busy={isSubmitting}>
            {on ? 'Switch off' : 'Go on'}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
