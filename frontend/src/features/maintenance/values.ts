// The form's values, as inputs have them, and their way to and from the API.

import type { Maintenance, MaintenanceFields } from '@/shared/api/schema';
import { zoneName } from '@/shared/time/format';
import { fromWall, toWall } from '@/shared/time/wall';

export type FormValues = {
  name: string;
  kind: Maintenance['kind'];
  starts_at: string;
  ends_at: string;
  weekdays: string[];
  start_time: string;
  cron: string;
  duration: string;
  timezone: string;
  monitor_ids: string[];
  tags: string;
  enabled: boolean;
};

export const weekdayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const epoch = (at: string) => Date.parse(at) / 1000;

export function valuesOf(window?: Maintenance): FormValues {
  const zone = window?.timezone ?? zoneName();
  // a new one: the next whole hour, for an hour
  const hour = Math.ceil(Date.now() / 3_600_000) * 3600;

  return {
    name: window?.name ?? '',
    kind: window?.kind ?? 'once',
    starts_at: toWall(window?.starts_at ? epoch(window.starts_at) : hour, zone),
    ends_at: toWall(window?.ends_at ? epoch(window.ends_at) : hour + 3600, zone),
    weekdays: (window?.weekdays ?? [7]).map(String),
    start_time: window?.start_time ?? '22:00',
    cron: window?.cron ?? '0 3 1 * *',
    duration: String(window?.duration ?? 60),
    timezone: zone,
    monitor_ids: (window?.monitor_ids ?? []).map(String),
    tags: window?.tags.join(', ') ?? '',
    enabled: window?.enabled ?? true,
  };
}

/** A wall time as the server wants it; what is no time stays, for its answer. */
function instantOf(wall: string, zone: string): string {
  try {
    const at = fromWall(wall, zone);
    return at === null ? wall : new Date(at * 1000).toISOString().replace('.000Z', 'Z');
  } catch {
    // an unknown zone: the server says so
    return `${wall}:00Z`;
  }
}

/** All of it: what another kind had becomes null. */
export function fieldsOf(values: FormValues): MaintenanceFields {
  const { kind, timezone } = values;
  const repeated = kind !== 'once';

  return {
    name: values.name.trim(),
    kind,
    starts_at: repeated ? null : instantOf(values.starts_at, timezone),
    ends_at: repeated ? null : instantOf(values.ends_at, timezone),
    weekdays: kind === 'weekly' ? values.weekdays.map(Number).sort() : null,
    start_time: kind === 'weekly' ? values.start_time : null,
    cron: kind === 'cron' ? values.cron.trim() : null,
    duration: repeated ? Number(values.duration) : null,
    timezone: timezone.trim(),
    monitor_ids: values.monitor_ids.map(Number),
    tags: [
      ...new Set(
        values.tags
          .split(',')
          .map((tag) => tag.trim())
          .filter(Boolean),
      ),
    ],
    enabled: values.enabled,
  };
}

/** "Mon, Sun 22:00, 60 min" */
export function rule(window: Maintenance): string {
  if (window.kind === 'once') return 'Once';
  if (window.kind === 'cron') return `Cron ${window.cron}, ${window.duration} min`;
  const days = (window.weekdays ?? []).map((day) => weekdayNames[day - 1]).join(', ');
  return `${days} at ${window.start_time}, ${window.duration} min`;
}
