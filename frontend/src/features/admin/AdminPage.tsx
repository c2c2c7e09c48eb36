import { useParams } from '@tanstack/react-router';
import { Page } from '@/shared/ui/Page';
import { type Tab, Tabs } from '@/shared/ui/Tabs';
import { Accounts } from './Accounts';
import { System } from './System';

export const tabs: [Tab, ...Tab[]] = [
  { id: 'system', label: 'System', content: System },
  { id: 'users', label: 'Users', content: Accounts },
];

export function AdminPage() {
  const { tab } = useParams({ from: '/inside/admin/{-$tab}' });

  return (
    <Page title="Admin">
      <Tabs label="Admin" to="/admin/{-$tab}" tabs={tabs} chosen={tab} />
    </Page>
  );
}
