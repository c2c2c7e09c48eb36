import { Invitations } from './Invitations';
import { Users } from './Users';

export function Accounts() {
  return (
    <>
      <Users />
      <Invitations />
    </>
  );
}
