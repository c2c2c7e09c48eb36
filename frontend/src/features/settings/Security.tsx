import { PasswordForm } from './PasswordForm';
import { Sessions } from './Sessions';
import { TwoFactor } from './TwoFactor';

export function Security() {
  return (
    <>
      <PasswordForm />
      <TwoFactor />
      <Sessions />
    </>
  );
}
