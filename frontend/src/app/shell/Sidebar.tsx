import { Link } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import type { User } from '@/shared/api/schema';
import { destinations } from './navigation';
import { UserMenu } from './UserMenu';

export function Sidebar({ user, onSearch }: { user: User; onSearch: () => void }) {
  return (
    <aside
      aria-label="Sidebar"
      className="sticky top-0 flex h-dvh flex-col gap-4 border-line border-r bg-surface p-3"
    >
      <Link
        to="/monitors"
        className="flex items-center gap-2 rounded-control px-2 py-1 font-semibold text-lg"
      >
        <img src="/favicon.svg" alt="" width={24} height={24} />
        Uptime
      </Link>
      <button
        type="button"
        onClick={onSearch}
        className="flex min-h-9 items-center gap-2 rounded-control border border-line-strong bg-bg px-2.5 text-muted hover:bg-sunken"
      >
        <Search aria-hidden size={15} />
        <span className="flex-1 text-left">Search</span>
        <kbd className="font-sans text-xs">{/Mac/.test(navigator.platform) ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-0.5">
        {destinations
          .filter((place) => !place.admin || user.role === 'admin')
          .map(({ to, label, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              className="flex min-h-9 items-center gap-2.5 rounded-control px-2.5"
              activeProps={{ className: 'bg-accent-soft text-accent font-medium' }}
              inactiveProps={{ className: 'text-muted hover:bg-sunken hover:text-text' }}
            >
              <Icon aria-hidden size={17} />
              {label}
            </Link>
          ))}
      </nav>
      <UserMenu user={user} />
    </aside>
  );
}
