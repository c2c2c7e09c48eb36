import { useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, Keyboard, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';
import type { User } from '@/shared/api/schema';
import { setPreferences, usePreferences } from '@/shared/preferences/preferences';
import { zoneName } from '@/shared/time/format';
import { Menu } from '@/shared/ui/Menu';
import { signOut } from '@/shared/ui/sign-out';
import { openHelp } from './useShortcuts';

const next = { system: 'light', light: 'dark', dark: 'system' } as const;
const icons = { system: Monitor, light: Sun, dark: Moon };
const words = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };

export function UserMenu({ user }: { user: User }) {
  const { theme } = usePreferences();
  const navigate = useNavigate();
  const Icon = icons[theme];

  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex min-h-11 items-center gap-2 rounded-control px-2 text-left hover:bg-sunken"
        >
          <span className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft font-medium text-accent text-sm uppercase">
            {user.email.slice(0, 1)}
          </span>
          <span className="min-w-0 flex-1">
            <span className="block truncate text-sm">{user.email}</span>
            <span className="block truncate text-muted text-xs">{zoneName()}</span>
          </span>
          <ChevronsUpDown aria-hidden size={14} className="text-muted" />
        </button>
      }
      entries={() => [
        { label: user.email },
        {
          text: 'Profile',
          icon: <UserRound aria-hidden size={15} />,
          onSelect: () => navigate({ to: '/settings/{-$tab}', params: { tab: 'profile' } }),
        },
        {
          text: words[theme],
          icon: <Icon aria-hidden size={15} />,
          onSelect: () => setPreferences({ theme: next[theme] }),
        },
        {
          text: 'Keyboard shortcuts',
          icon: <Keyboard aria-hidden size={15} />,
          onSelect: openHelp,
        },
        'line',
        { text: 'Sign out', icon: <LogOut aria-hidden size={15} />, onSelect: signOut },
      ]}
    />
  );
}
