import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { readDetailSearch, readListSearch } from '@/features/monitors/search';
import { currentUser, restore } from '@/shared/api/session';
import { NotFound } from './error-pages/NotFound';
import { PageFailed } from './error-pages/PageFailed';
import { pages } from './pages';

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
  component: lazyRouteComponent(pages.auth, 'LoginPage'),
});

const signup = createRoute({
  getParentRoute: () => open,
  path: '/signup',
  component: lazyRouteComponent(pages.auth, 'SignupPage'),
});

const forgot = createRoute({
  getParentRoute: () => open,
  path: '/forgot',
  component: lazyRouteComponent(pages.auth, 'ForgotPage'),
});

const reset = createRoute({
  getParentRoute: () => open,
  path: '/reset',
  component: lazyRouteComponent(pages.auth, 'ResetPage'),
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
  component: lazyRouteComponent(pages.shell, 'Shell'),
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
  component: lazyRouteComponent(pages.welcome, 'WelcomePage'),
});

const monitors = createRoute({
  getParentRoute: () => inside,
  path: '/monitors',
  validateSearch: readListSearch,
  component: lazyRouteComponent(pages.list, 'ListPage'),
});

const wall = createRoute({
  getParentRoute: () => inside,
  path: '/wall',
  component: lazyRouteComponent(pages.wall, 'WallPage'),
});

const newMonitor = createRoute({
  getParentRoute: () => inside,
  path: '/monitors/new',
  validateSearch: (search): { clone?: number } => ({ clone: Number(search.clone) || undefined }),
  component: lazyRouteComponent(pages.monitorForm, 'NewPage'),
});

const monitor = createRoute({
  getParentRoute: () => inside,
  path: '/monitors/$id',
  validateSearch: readDetailSearch,
  component: lazyRouteComponent(pages.monitor, 'DetailPage'),
});

const editMonitor = createRoute({
  getParentRoute: () => inside,
  path: '/monitors/$id/edit',
  component: lazyRouteComponent(pages.monitorForm, 'EditPage'),
});

const incidents = createRoute({
  getParentRoute: () => inside,
  path: '/incidents',
  validateSearch: (search): { tab?: string; incident?: number; monitor?: number } => ({
    tab: textOf(search.tab),
    incident: Number(search.incident) || undefined,
    monitor: Number(search.monitor) || undefined,
  }),
  component: lazyRouteComponent(pages.incidents, 'IncidentsPage'),
});

const channels = createRoute({
  getParentRoute: () => inside,
  path: '/channels',
  component: lazyRouteComponent(pages.channels, 'ChannelsPage'),
});

const newChannel = createRoute({
  getParentRoute: () => inside,
  path: '/channels/new',
  validateSearch: (search): { kind?: string; monitor?: number } => ({
    kind: textOf(search.kind),
    monitor: Number(search.monitor) || undefined,
  }),
  component: lazyRouteComponent(pages.channelForm, 'NewPage'),
});

const editChannel = createRoute({
  getParentRoute: () => inside,
  path: '/channels/$id',
  component: lazyRouteComponent(pages.channelForm, 'EditPage'),
});

const maintenance = createRoute({
  getParentRoute: () => inside,
  path: '/maintenance',
  component: lazyRouteComponent(pages.maintenance, 'MaintenancePage'),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings/{-$tab}',
  component: lazyRouteComponent(pages.settings, 'SettingsPage'),
});

const admin = createRoute({
  getParentRoute: () => inside,
  path: '/admin/{-$tab}',
  beforeLoad: () => {
    if (currentUser()?.role !== 'admin') throw redirect({ to: '/monitors', replace: true });
  },
  component: lazyRouteComponent(pages.admin, 'AdminPage'),
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
