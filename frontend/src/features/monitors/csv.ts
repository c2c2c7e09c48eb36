import { problemOf } from '@/shared/api/problem';
import type { Monitor, Outcome } from '@/shared/api/schema';
import { API, authorizedFetch } from '@/shared/api/session';
import { isoDay } from '@/shared/time/format';

/** The server streams it; the browser saves it. */
export async function saveChecksCsv(monitor: Monitor, from: number, to: number, outcome?: Outcome) {
  const url = new URL(`${API}/monitors/${monitor.id}/checks`, location.origin);
  url.searchParams.set('format', 'csv');
  url.searchParams.set('from', new Date(from * 1000).toISOString());
  url.searchParams.set('to', new Date(to * 1000).toISOString());
  if (outcome) url.searchParams.set('outcome', outcome);

  const response = await authorizedFetch(new Request(url));
  if (!response.ok) throw await problemOf(response);

  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${monitor.name.replace(/[^\w.-]+/g, '-')}-${isoDay(from)}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
