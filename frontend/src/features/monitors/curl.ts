import type { Monitor } from '@/shared/api/schema';

const quote = (text: string) =>
  /^[\w@%+=:,./?-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The request of a monitor, without its secret. */
export function curlOf(monitor: Monitor): string {
  const parts = ['curl', '-sS', '-i'];
  if (monitor.method !== 'GET') parts.push('-X', monitor.method);
  if (monitor.follow_redirects) parts.push('-L');
  if (!monitor.verify_tls) parts.push('-k');
  parts.push('--max-time', String(monitor.timeout));
  for (const [name, value] of Object.entries(monitor.headers))
    parts.push('-H', quote(`${name}: ${value}`));
  if (monitor.body) parts.push('--data-binary', quote(monitor.body));
  parts.push(quote(monitor.url));
  return parts.join(' ');
}
