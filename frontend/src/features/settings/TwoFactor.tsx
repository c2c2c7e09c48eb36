import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { updateUser } from '@/shared/api/session';
import { useSession } from '@/shared/api/useSession';
import { PasswordField } from '@/shared/ui/AccountFields';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Form, FormButtons } from '@/shared/ui/Form';
import { Panel } from '@/shared/ui/Panel';
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
          <Badge tone={on ? 'good' : undefined}>{on ? 'On' : 'Off'}</Badge>
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

  async function submit(body: { password: string }) {
    if (on) {
      await api.DELETE('/me/totp', { body });
      onOff();
    } else {
      const { secret, otpauth_uri } = await data(api.POST('/me/totp', { body }));
      onEnrol(secret, otpauth_uri);
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
      <Form form={form} onSubmit={submit}>
        <PasswordField />
        <FormButtons onCancel={onClose} variant={on ? 'danger' : 'primary'}>
          {on ? 'Switch off' : 'Go on'}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
