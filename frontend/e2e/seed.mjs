// A company with a year of history: what the pages are judged by.

import { readFileSync } from 'node:fs';
import { password } from './people.mjs';

export const people = {
  owner: 'ops@northwind.example',
  fresh: 'new@northwind.example',
};

const site = 'northwind.example';
const day = 1440;
// those of earlier days at other times of the day
const down = (ago, minutes, cause, rest = {}) => ({
  ago: ago < day ? ago : ago + ((ago * 37 + minutes * 53) % 1013),
  minutes,
  outcome: 'down',
  cause,
  ...rest,
});
const status = (code) => ({ http_status: code });

// fields of the API, then what history says: base latency in ms, its spread,
// the state and since when (minutes), outages, days of the certificate
const monitors = [
  [
    { name: 'Storefront', url: `https://www.${site}/`, interval: 30, tags: ['prod', 'web'] },
    {
      base: 148,
      since: 27 * day,
      outages: [down(27 * day, 11, 'timeout'), down(143 * day, 34, 'connect_timeout')],
    },
  ],
  [
    {
      name: 'Checkout API',
      url: `https://api.${site}/checkout/health`,
      interval: 30,
      tags: ['prod', 'api'],
      expected_status: '200',
    },
    {
      base: 86,
      state: 'down',
      cause: 'http_status',
      ...status(503),
      since: 14,
      outages: [
        down(14, 15, 'http_status', {
          ...status(503),
          open: true,
          evidence: {
            http_status: 503,
            total_ms: 91.4,
            dns_ms: 4.1,
            connect_ms: 12.8,
            tls_ms: 21.6,
            ttfb_ms: 51.3,
            body: '{"status":"unavailable","db":"connection refused"}',
          },
        }),
        down(9 * day + 210, 22, 'http_status', status(502)),
        down(61 * day, 48, 'timeout'),
      ],
    },
  ],
  [
    {
      name: 'Search API',
      url: `https://api.${site}/search?q=lamp`,
      tags: ['prod', 'api'],
      degraded_after_ms: 800,
    },
    {
      base: 231,
      spread: 0.5,
      state: 'degraded',
      cause: 'slow',
      since: 38,
      outages: [
        { ago: 38, minutes: 39, outcome: 'degraded', cause: 'slow' },
        down(33 * day, 7, 'timeout'),
      ],
    },
  ],
  [
    {
      name: 'Accounts API',
      url: `https://api.${site}/accounts/health`,
      interval: 30,
      tags: ['prod', 'api'],
    },
    { base: 64, since: 61 * day, outages: [down(61 * day, 51, 'timeout')] },
  ],
  [
    {
      name: 'Payments webhook',
      url: `https://hooks.${site}/payments`,
      method: 'POST',
      tags: ['prod', 'api'],
    },
    { base: 112, since: 5 * day, outages: [down(5 * day, 4, 'reset')] },
  ],
  [
    { name: 'Images and video', url: `https://cdn.${site}/health.png`, tags: ['prod', 'cdn'] },
    { base: 23, spread: 0.3, since: 190 * day, cert: 9 },
  ],
  [
    { name: 'Help centre', url: `https://help.${site}/`, interval: 120, tags: ['web'] },
    { base: 305, spread: 0.6, since: 12 * day, outages: [down(12 * day, 95, 'dns_failure')] },
  ],
  [
    { name: 'Blog', url: `https://blog.${site}/`, interval: 300, tags: ['web'] },
    { base: 412, spread: 0.7, since: 1100, outages: [down(1100, 18, 'http_status', status(500))] },
  ],
  [
    {
      name: 'Partner feed (Contoso)',
      url: 'https://feeds.contoso.example/v2/inventory.json',
      interval: 120,
      tags: ['partner'],
    },
    {
      base: 540,
      spread: 0.8,
      state: 'down',
      cause: 'timeout',
      since: 131,
      outages: [
        down(131, 132, 'timeout', { open: true, by: 'amira@northwind.example' }),
        down(3 * day, 40, 'timeout'),
        down(17 * day, 75, 'connect_refused'),
        down(44 * day, 120, 'timeout'),
        down(90 * day, 310, 'tls_expired'),
      ],
    },
  ],
  [
    {
      name: 'Staging',
      url: `https://staging.${site}/`,
      interval: 300,
      tags: ['staging', 'web'],
      paused: true,
    },
    { base: 260, state: 'paused' },
  ],
  [
    { name: 'Outgoing mail', url: `tcp://smtp.${site}:587`, tags: ['infra'], keyword: '220' },
    { base: 31, since: 78 * day, outages: [down(78 * day, 13, 'connect_refused')] },
  ],
  [
    { name: 'Name servers', url: `dns:${site}?type=A`, tags: ['infra'] },
    { base: 12, spread: 0.6, since: 365 * day },
  ],
  [
    { name: 'Office gateway', url: `icmp://gw.office.${site}`, tags: ['infra'] },
    { base: 9, spread: 0.5, since: 20 * day, outages: [down(20 * day, 6, 'timeout')] },
  ],
  [
    {
      name: 'Message queue',
      url: `tcp://queue.${site}:5671`,
      interval: 30,
      tags: ['infra', 'prod'],
    },
    { base: 3, spread: 0.9, since: 204 * day },
  ],
  [
    {
      name: 'Certificate of the VPN',
      url: `tls://vpn.${site}:443`,
      interval: 1800,
      tags: ['infra'],
    },
    { base: 58, since: 150 * day, cert: 61 },
  ],
  [
    { name: 'Nightly backup', type: 'push', interval: 86400, tags: ['jobs'] },
    { base: 0, since: 41 * day },
  ],
  [
    { name: 'Invoice run', type: 'push', interval: 86400, tags: ['jobs'] },
    { base: 0, state: 'pending' },
  ],
  [
    {
      name: 'Warehouse sync',
      url: `https://erp.${site}/api/v1/warehouse/sync/status`,
      interval: 60,
      tags: ['partner', 'erp'],
    },
    { base: 188, spread: 0.6, since: 6 * day, outages: [down(6 * day, 29, 'keyword')] },
  ],
];

const channels = [
  {
    name: 'On-call mail',
    kind: 'email',
    config: { to: ['oncall@northwind.example'] },
    is_default: true,
  },
  {
    name: '#incidents',
    kind: 'slack',
    config: { url: 'https://hooks.slack.example/services/T024/B061/secret' },
    is_default: true,
  },
  {
    name: 'Incident desk',
    kind: 'webhook',
    config: { url: 'https://desk.northwind.example/hooks/uptime' },
    events: ['down', 'up'],
  },
  {
    name: 'Phones',
    kind: 'ntfy',
    config: { server: 'https://ntfy.northwind.example', topic: 'oncall' },
    resend_after: 30,
  },
];

const hours = (n) => new Date(Math.floor(Date.now() / 3_600_000 + n) * 3_600_000).toISOString();

export async function seed(server) {
  await server.still();
  const ask = await server.account(people.owner, password);
  const { id: owner } = await ask('GET', '/me');
  const story = [];

  const kept = [];
  for (const channel of channels) kept.push(await ask('POST', '/channels', channel));
  for (const [fields, history] of monitors) {
    const { id } = await ask('POST', '/monitors', fields);
    const cert = fields.url?.startsWith('https') ? 74 : 0;
    const known = { spread: 0.4, state: 'up', cert, outages: [], ...history };
    const [last] = known.outages;
    if (known.state === 'up' && last) known.since = last.ago - last.minutes;
    story.push({ id, ...known });
  }
  const idOf = (name) => story[monitors.findIndex(([fields]) => fields.name === name)].id;

  const ids = ['Storefront', 'Checkout API', 'Payments webhook', 'Accounts API'].map(idOf);
  const named = (wanted) => kept.find(({ name }) => name === wanted).id;
  await ask('PATCH', '/monitors', { ids, add_channels: [named('Incident desk'), named('Phones')] });

  await ask('POST', '/maintenances', {
    name: 'Moving the warehouse system',
    kind: 'once',
    starts_at: hours(0),
    ends_at: hours(3),
    monitor_ids: [idOf('Warehouse sync')],
  });
  await ask('POST', '/maintenances', {
    name: 'Database patches',
    kind: 'weekly',
    weekdays: [7],
    start_time: '03:30',
    duration: 45,
    timezone: 'Europe/Berlin',
    tags: ['infra'],
  });
  await ask('POST', '/maintenances', {
    name: 'Nightly restart of staging',
    kind: 'cron',
    cron: '15 2 * * *',
    duration: 20,
    tags: ['staging'],
    enabled: false,
  });
  await ask('POST', '/keys', { name: 'Terraform', scope: 'write' });
  await ask('POST', '/keys', { name: 'Grafana', scope: 'read' });
  await ask('POST', '/invitations', { expires_in: 604800 });

  await server.sql(readFileSync(new URL('seed.sql', import.meta.url), 'utf8'), {
    owner,
    story: JSON.stringify(story),
    version: (await ask('GET', '/system')).version,
  });
  return { idOf };
}
