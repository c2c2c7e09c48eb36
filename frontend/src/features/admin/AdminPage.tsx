import { Page } from '@/shared/ui/Page';
import { Invitations } from './Invitations';
import { Users } from './Users';

export function AdminPage() {
  return (
    <Page title="Admin">
      <Users />
      <Invitations />
    </Page>
  );
}
