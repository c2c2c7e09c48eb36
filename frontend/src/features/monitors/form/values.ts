// The form's values, as inputs have them, and their way to and from the API.

import type { Assertion, Monitor, MonitorFields } from '@/shared/api/schema';
import { completeUrl, typeOfUrl } from '../model';

export type FormValues = {
  push: boolean;
  url: string;
  name: string;
  interval: string;
  tags: string;
  method: NonNullable<MonitorFields['method']>;
  headers: string;
  body: string;
  auth: NonNullable<MonitorFields['auth']>;
  auth_user: string;
  auth_secret: string;
  expected_status: string;
  keyword: string;
  keyword_mode: NonNullable<MonitorFields['keyword_mode']>;
  assertions: { source: 'json' | 'header'; at: string; op: Assertion['op']; value: string }[];
  degraded_after_ms: string;
  timeout: string;
  follow_redirects: boolean;
  max_redirects: string;
  verify_tls: boolean;
  tls_server_name: string;
  ip_version: NonNullable<MonitorFields['ip_version']>;
  cert_warn_days: string;
  cert_min_days: string;
  failure_threshold: string;
  retry_interval: string;
  upside_down: boolean;
  grace: string;
  /** null: those that are for new monitors */
  channel_ids: number[] | null;
};

export const blank: FormValues = {
  push: false,
  url: '',
  name: '',
  interval: '60',
  tags: '',
  method: 'GET',
  headers: '',
  body: '',
  auth: 'none',
  auth_user: '',
  auth_secret: '',
  expected_status: '200-399',
  keyword: '',
  keyword_mode: 'present',
  assertions: [],
  degraded_after_ms: '',
  timeout: '10',
  follow_redirects: true,
  max_redirects: '5',
  verify_tls: true,
  tls_server_name: '',
  ip_version: 'any',
  cert_warn_days: '14',
  cert_min_days: '',
  failure_threshold: '2',
  retry_interval: '10',
  upside_down: false,
  grace: '60',
  channel_ids: null,
};

const text = (value: string | number | null) => (value === null ? '' : String(value));

export function valuesOf(monitor: Monitor): FormValues {
  return {
    push: monitor.type === 'push',
    url: monitor.url,
    name: monitor.name,
    interval: text(monitor.interval),
    tags: monitor.tags.join(', '),
    method: monitor.method,
    headers: Object.entries(monitor.headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    body: text(monitor.body),
    auth: monitor.auth,
    auth_user: text(monitor.auth_user),
    auth_secret: '',
    expected_status: monitor.expected_status,
    keyword: text(monitor.keyword),
    keyword_mode: monitor.keyword_mode,
    assertions: monitor.assertions.map((each) => ({
      source: each.source,
      at: each.path ?? each.name ?? '',
      op: each.op,
      value: typeof each.value === 'string' ? each.value : (JSON.stringify(each.value) ?? ''),
    })),
    degraded_after_ms: text(monitor.degraded_after_ms),
    timeout: text(monitor.timeout),
    follow_redirects: monitor.follow_redirects,
    max_redirects: text(monitor.max_redirects),
    verify_tls: monitor.verify_tls,
    tls_server_name: text(monitor.tls_server_name),
    ip_version: monitor.ip_version,
    cert_warn_days: text(monitor.cert_warn_days),
    cert_min_days: text(monitor.cert_min_days),
    failure_threshold: text(monitor.failure_threshold),
    retry_interval: text(monitor.retry_interval),
    upside_down: monitor.upside_down,
    grace: text(monitor.grace),
    channel_ids: monitor.channel_ids,
  };
}

// the server says what is wrong with a number; here it only becomes one
const number = (value: string) => Number(value);
const numberOrNull = (value: string) => (value.trim() === '' ? null : Number(value));
const textOrNull = (value: string) => (value === '' ? null : value);

function headersOf(lines: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
    else if (line.trim()) headers[line.trim()] = '';
  }
  return headers;
}

/** 'true', '5' and 'null' are what JSON makes of them, the rest is text. */
function literal(value: string): string | number | boolean | null {
  if (!/^(true|false|null|-?\d+(\.\d+)?)$/.test(value.trim())) return value;
  return JSON.parse(value);
}

function assertionsOf(values: FormValues['assertions']): Assertion[] {
  return values.map(({ source, at, op, value }) => ({
    source,
    ...(source === 'json' ? { path: at } : { name: at }),
    op,
    ...(op.endsWith('exists') ? {} : { value: source === 'json' ? literal(value) : value }),
  }));
}

const tagsOf = (text: string) => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

export type Kind = Monitor['type'];

export function kindOf(values: Pick<FormValues, 'push' | 'url'>): Kind {
  return values.push ? 'push' : (typeOfUrl(values.url) ?? 'http');
}

/** Only what the kind has. */
export function fieldsOf(values: FormValues): MonitorFields {
  const kind = kindOf(values);
  const name = values.name.trim();
  const common: MonitorFields = {
    ...(name ? { name } : {}),
    type: kind,
    interval: number(values.interval),
    tags: tagsOf(values.tags),
    failure_threshold: number(values.failure_threshold),
    upside_down: values.upside_down,
    ...(values.channel_ids ? { channel_ids: values.channel_ids } : {}),
  };

  if (kind === 'push') return { ...common, grace: number(values.grace) };

  const net: MonitorFields = {
    ...common,
    url: completeUrl(values.url),
    timeout: number(values.timeout),
    retry_interval: number(values.retry_interval),
    degraded_after_ms: numberOrNull(values.degraded_after_ms),
  };
  if (kind !== 'dns') net.ip_version = values.ip_version;
  if (kind === 'http' || kind === 'tcp' || kind === 'dns') {
    net.keyword = textOrNull(values.keyword);
    net.keyword_mode = values.keyword_mode;
  }
  if (kind === 'http' || kind === 'tcp') net.body = textOrNull(values.body);
  if (kind === 'http' || kind === 'tls') {
    net.verify_tls = values.verify_tls;
    net.tls_server_name = textOrNull(values.tls_server_name);
    net.cert_warn_days = number(values.cert_warn_days);
    net.cert_min_days = numberOrNull(values.cert_min_days);
  }
  if (kind !== 'http') return net;

  return {
    ...net,
    method: values.method,
    headers: headersOf(values.headers),
    auth: values.auth,
    auth_user: values.auth === 'basic' ? textOrNull(values.auth_user) : null,
    // empty: the stored one stays
    ...(values.auth === 'none' ? { auth_secret: null } : {}),
    ...(values.auth !== 'none' && values.auth_secret ? { auth_secret: values.auth_secret } : {}),
    expected_status: values.expected_status,
    assertions: assertionsOf(values.assertions),
    follow_redirects: values.follow_redirects,
    max_redirects: number(values.max_redirects),
  };
}
