import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { readDetailSearch, readListSearch } from '@/features/monitors';
import { currentUser, restore } from '@/shared/api/session';
import { NotFound } from './error-pages/NotFound';
import { PageFailed } from './error-pages/PageFailed';
import { Shell } from './shell/Shell';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const textOf = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

// --- without an account

const open = createRoute({ getParentRoute: () => root, id: 'open' });

const login = createRoute({
  getParentRoute: () => open,
  path: '/login',
  validateSearch: (search): { next?: string; ended?: boolean; reset?: boolean } => ({
    next: textOf(search.next),
    ended: search.ended === true ? true : undefined,
    reset: search.reset === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('@/features/auth'), 'LoginPage'),
});

const signup = createRoute({
  getParentRoute: () => open,
  path: '/signup',
  component: lazyRouteComponent(() => import('@/features/auth'), 'SignupPage'),
});

const forgot = createRoute({
  getParentRoute: () => open,
  path: '/forgot',
  component: lazyRouteComponent(() => import('@/features/auth'), 'ForgotPage'),
});

const reset = createRoute({
  getParentRoute: () => open,
  path: '/reset',
  component: lazyRouteComponent(() => import('@/features/auth'), 'ResetPage'),
});

// --- with one

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    if (!(await restore())) {
      throw redirect({
        to: '/login',
        search: { next: location.href === '/' ? undefined : location.href },
        replace: true,
      });
    }
  },
  component: Shell,
  errorComponent: PageFailed,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/monitors', replace: true });
  },
});

const welcome = createRoute({
  getParentRoute: () => inside,
  path: '/welcome',
  component: lazyRouteComponent(() => import('@/features/onboarding'), 'WelcomePage'),
});

const monitors = createRoute({
  getParentRoute: () => inside,
  path: '/monitors',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('@/features/monitors/pages/ListPage'), 'ListPage'),
});

const wall = createRoute({
  getParentRoute: () => inside,
  path: '/wall',
  component: lazyRouteComponent(() => import('@/features/monitors/pages/WallPage'), 'WallPage'),
});

const newMonitor = createRoute({
  getParentRoute: () => inside,
  path: '/monitors/new',
  validateSearch: (search): { clone?: number } => ({ clone: Number(search.clone) || undefined }),
  component: lazyRouteComponent(() => import('@/features/monitors/pages/EditPage'), 'NewPage'),
});

const monitor = createRoute({
  getParentRoute: () => inside,
  path: '/monitors/$id',
  validateSearch: readDetailSearch,
  component: lazyRouteComponent(() => import('@/features/monitors/pages/DetailPage'), 'DetailPage'),
});

const editMonitor = createRoute({
  getParentRoute: () => inside,
  path: '/monitors/$id/edit',
  component: lazyRouteComponent(() => import('@/features/monitors/pages/EditPage'), 'EditPage'),
});

const incidents = createRoute({
  getParentRoute: () => inside,
  path: '/incidents',
  validateSearch: (search): { tab?: string } => ({ tab: textOf(search.tab) }),
  component: lazyRouteComponent(
    () => import('@/features/incidents/IncidentsPage'),
    'IncidentsPage',
  ),
});

const channels = createRoute({
  getParentRoute: () => inside,
  path: '/channels',
  component: lazyRouteComponent(() => import('@/features/channels/ChannelsPage'), 'ChannelsPage'),
});

const newChannel = createRoute({
  getParentRoute: () => inside,
  path: '/channels/new',
  validateSearch: (search): { kind?: string; monitor?: number } => ({
    kind: textOf(search.kind),
    monitor: Number(search.monitor) || undefined,
  }),
  component: lazyRouteComponent(() => import('@/features/channels/EditPage'), 'NewPage'),
});

const editChannel = createRoute({
  getParentRoute: () => inside,
  path: '/channels/$id',
  component: lazyRouteComponent(() => import('@/features/channels/EditPage'), 'EditPage'),
});

const maintenance = createRoute({
  getParentRoute: () => inside,
  path: '/maintenance',
  component: lazyRouteComponent(
    () => import('@/features/maintenance/MaintenancePage'),
    'MaintenancePage',
  ),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings/{-$tab}',
  component: lazyRouteComponent(() => import('@/features/settings/SettingsPage'), 'SettingsPage'),
});

const admin = createRoute({
  getParentRoute: () => inside,
  path: '/admin/{-$tab}',
  beforeLoad: () => {
    if (currentUser()?.role !== 'admin') throw redirect({ to: '/monitors', replace: true });
  },
  component: lazyRouteComponent(() => import('@/features/admin/AdminPage'), 'AdminPage'),
});

const tree = root.addChildren([
  open.addChildren([login, signup, forgot, reset]),
  inside.addChildren([
    home,
    welcome,
    monitors,
    wall,
    newMonitor,
    monitor,
    editMonitor,
    incidents,
    channels,
    newChannel,
    editChannel,
    maintenance,
    settings,
    admin,
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  defaultPreloadDelay: 60,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
