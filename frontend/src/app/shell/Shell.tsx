import { Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useEffect, useState } from 'react';
import { applyChanges, useDownCount } from '@/features/monitors';
import { startLive } from '@/shared/api/live';
import { useSession } from '@/shared/api/useSession';
import { usePreferences } from '@/shared/preferences/preferences';
import { Toasts } from '@/shared/ui/Toasts';
import { setDownCount } from '@/shared/ui/title';
import { useWide } from '@/shared/ui/useWide';
import { whenIdle } from '@/shared/ui/when-idle';
import { queryClient } from '../query-client';
import { BottomBar } from './BottomBar';
import { LiveChip } from './LiveChip';
import { Sidebar } from './Sidebar';
import { useShortcuts } from './useShortcuts';

const CommandPalette = lazy(() => import('../command-palette/CommandPalette'));
const ShortcutHelp = lazy(() => import('./ShortcutHelp'));

type Overlay = 'palette' | 'help' | null;

/** Deferred, with all that is in it: the router would have a first page made in one task. */
export function Shell() {
  return useDeferredValue(true, false) && <Frame />;
}

function Frame() {
  const { user, ended } = useSession();
  const [overlay, setOverlay] = useState<Overlay>(null);
  const router = useRouter();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  // the zone is read while formatting: all of the page is drawn anew
  const { timeZone } = usePreferences();
  const wide = useWide();

  const down = useDownCount(pathname === '/monitors' || pathname === '/wall');
  useEffect(() => {
    if (down !== undefined) setDownCount(down);
  }, [down]);
  useShortcuts(setOverlay);

  useEffect(() => {
    if (user) {
      let stop = () => {};
      const callOff = whenIdle(() => {
        stop = startLive((changes) => applyChanges(queryClient, changes));
      });
      return () => {
        callOff();
        stop();
      };
    }
    // signed out here, in another tab, or by somebody else
    queryClient.clear();
    router.navigate({
      to: '/login',
      search: ended ? { ended: true, next: router.state.location.href } : {},
      replace: true,
    });
  }, [user, ended, router]);

  if (!user) return null;

  if (pathname === '/wall') {
    return (
      <main id="main">
        <LiveChip />
        <Outlet />
      </main>
    );
  }

  return (
    <div key={timeZone} className="min-h-dvh sm:grid sm:grid-cols-[220px_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only z-50 rounded-control bg-surface px-3 py-2 shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      {wide && <Sidebar user={user} onSearch={() => setOverlay('palette')} />}
      <main id="main" tabIndex={-1} className="min-w-0 pb-20 outline-none sm:pb-6">
        <LiveChip />
        <Outlet />
      </main>
      {!wide && <BottomBar user={user} />}
      <Toasts />
      <Suspense fallback={null}>
        {overlay === 'palette' && <CommandPalette onClose={() => setOverlay(null)} />}
        {overlay === 'help' && <ShortcutHelp onClose={() => setOverlay(null)} />}
      </Suspense>
    </div>
  );
}
