import { useParams } from '@tanstack/react-router';
import { Page } from '@/shared/ui/Page';
import { type Tab, Tabs } from '@/shared/ui/Tabs';
import { ApiKeys } from './ApiKeys';
import { Appearance } from './Appearance';
import { Audit } from './Audit';
import { Profile } from './Profile';
import { Security } from './Security';

const tabs: [Tab, ...Tab[]] = [
  { id: 'profile', label: 'Profile', content: Profile },
  { id: 'security', label: 'Security', content: Security },
  { id: 'keys', label: 'API keys', content: ApiKeys },
  { id: 'appearance', label: 'Appearance', content: Appearance },
  { id: 'audit', label: 'Audit', content: Audit },
];

export function SettingsPage() {
  const { tab } = useParams({ from: '/inside/settings/{-$tab}' });

  return (
    <Page title="Settings">
      <Tabs label="Settings" to="/settings/{-$tab}" tabs={tabs} chosen={tab} />
    </Page>
  );
}
