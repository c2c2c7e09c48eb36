import { Link, useParams } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { Page } from '@/shared/ui/Page';
import { ApiKeys } from './ApiKeys';
import { Appearance } from './Appearance';
import { Audit } from './Audit';
import { Profile } from './Profile';
import { Security } from './Security';

const tabs: { id: string; label: string; content: ComponentType }[] = [
  { id: 'profile', label: 'Profile', content: Profile },
  { id: 'security', label: 'Security', content: Security },
  { id: 'keys', label: 'API keys', content: ApiKeys },
  { id: 'appearance', label: 'Appearance', content: Appearance },
  { id: 'audit', label: 'Audit', content: Audit },
];

export function SettingsPage() {
  const { tab } = useParams({ from: '/inside/settings/{-$tab}' });
  const chosen = tabs.find((each) => each.id === tab) ?? tabs[0];
  const Content = chosen?.content ?? Profile;

  return (
    <Page title="Settings">
      <nav
        aria-label="Settings"
        className="-mx-1 flex gap-1 overflow-x-auto border-line border-b px-1"
      >
        {tabs.map(({ id, label }) => (
          <Link
            key={id}
            to="/settings/{-$tab}"
            params={{ tab: id }}
            aria-current={id === chosen?.id ? 'page' : undefined}
            className={`-mb-px min-h-10 whitespace-nowrap border-b-2 px-3 py-2 max-sm:min-h-11 ${
              id === chosen?.id
                ? 'border-accent font-medium text-text'
                : 'border-transparent text-muted hover:text-text'
            }`}
          >
            {label}
          </Link>
        ))}
      </nav>
      <Content />
    </Page>
  );
}
