import { Link } from '@tanstack/react-router';
import type { User } from '@/shared/api/schema';
import { destinations } from './navigation';

/** Phones: the same places, under the thumb. */
export function BottomBar({ user }: { user: User }) {
  const places = destinations.filter((place) => !place.admin || user.role === 'admin');

  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 flex border-line border-t bg-surface pb-[env(safe-area-inset-bottom)]"
    >
      {places.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          className="flex min-h-14 min-w-0 flex-auto flex-col items-center justify-center gap-1 text-[10px] leading-3"
          activeProps={{ className: 'text-accent font-medium' }}
          inactiveProps={{ className: 'text-muted' }}
        >
          <Icon aria-hidden size={20} />
          <span className="max-w-full truncate">{label}</span>
        </Link>
      ))}
    </nav>
  );
}
