import { useParams } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { Button } from '@/shared/ui/Button';
import { Page } from '@/shared/ui/Page';
import { signOut } from '@/shared/ui/sign-out';
import { type Tab, Tabs } from '@/shared/ui/Tabs';
import { ApiKeys } from './ApiKeys';
import { Appearance } from './Appearance';
import { Audit } from './Audit';
import { Profile } from './Profile';
import { Security } from './Security';

export const tabs: [Tab, ...Tab[]] = [
  { id: 'profile', label: 'Profile', content: Profile },
  { id: 'security', label: 'Security', content: Security },
  { id: 'keys', label: 'API keys', content: ApiKeys },
  { id: 'appearance', label: 'Appearance', content: Appearance },
  { id: 'audit', label: 'Audit', content: Audit },
];

export function SettingsPage() {
  const { tab } = useParams({ from: '/inside/settings/{-$tab}' });

  return (
    <Page
      title="Settings"
      actions={
        // phones have no menu of the account
        <Button size="sm" className="sm:hidden" onClick={signOut}>
          <LogOut aria-hidden size={15} />
          Sign out
        </Button>
      }
    >
      {/* forms and short lists: no wider than they are read */}
      <div className="flex w-full max-w-3xl flex-col gap-4">
        <Tabs label="Settings" to="/settings/{-$tab}" tabs={tabs} chosen={tab} />
      </div>
    </Page>
  );
}
