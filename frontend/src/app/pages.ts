// The code of the pages, each in a file of its own.

export const pages = {
  auth: () => import('@/features/auth'),
  shell: () => import('./shell/Shell'),
  welcome: () => import('@/features/onboarding'),
  list: () => import('@/features/monitors/pages/ListPage'),
  wall: () => import('@/features/monitors/pages/WallPage'),
  monitor: () => import('@/features/monitors/pages/DetailPage'),
  monitorForm: () => import('@/features/monitors/pages/EditPage'),
  incidents: () => import('@/features/incidents/IncidentsPage'),
  channels: () => import('@/features/channels/ChannelsPage'),
  channelForm: () => import('@/features/channels/EditPage'),
  maintenance: () => import('@/features/maintenance/MaintenancePage'),
  settings: () => import('@/features/settings/SettingsPage'),
  admin: () => import('@/features/admin/AdminPage'),
};
