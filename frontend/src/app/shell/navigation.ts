import {
  Activity,
  Bell,
  type LucideIcon,
  Settings,
  ShieldCheck,
  TriangleAlert,
  Wrench,
} from 'lucide-react';

export type Destination = {
  to:
    | '/monitors'
    | '/incidents'
    | '/channels'
    | '/maintenance'
    | '/settings/{-$tab}'
    | '/admin/{-$tab}';
  label: string;
  icon: LucideIcon;
  key: string;
  admin?: boolean;
};

export const destinations: Destination[] = [
  { to: '/monitors', label: 'Monitors', icon: Activity, key: 'm' },
  { to: '/incidents', label: 'Incidents', icon: TriangleAlert, key: 'i' },
  { to: '/channels', label: 'Alerts', icon: Bell, key: 'c' },
  { to: '/maintenance', label: 'Maintenance', icon: Wrench, key: 'w' },
  { to: '/settings/{-$tab}', label: 'Settings', icon: Settings, key: 's' },
  { to: '/admin/{-$tab}', label: 'Admin', icon: ShieldCheck, key: 'a', admin: true },
];
