// The form's values, as inputs have them, and their way to and from the API.

import type { Channel, ChannelFields } from '@/shared/api/schema';
import { type EventName, eventNames, type Kind, kinds } from './kinds';

export const MASK = '********';

export const templateEvents = ['down', 'up', 'degraded', 'cert', 'test'] as const;
export type TemplateEvent = (typeof templateEvents)[number];

export type FormValues = {
  name: string;
  config: Record<string, string | boolean>;
  events: EventName[];
  resend_after: string;
  enabled: boolean;
  is_default: boolean;
  templates: Record<TemplateEvent, { subject: string; text: string }>;
};

type Config = Record<string, unknown>;
// the document does not say what is in it: that depends on the kind
type SentConfig = NonNullable<ChannelFields['config']>;

function inputOf(type: string, value: unknown): string | boolean {
  if (type === 'switch') return value === true;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, text]) => `${name}: ${text}`)
      .join('\n');
  }
  return String(value);
}

export function valuesOf(kind: Kind, channel?: Channel): FormValues {
  const config = (channel?.config ?? {}) as Config;
  const templates = (channel?.templates ?? {}) as Partial<FormValues['templates']>;
  const events = channel?.events ?? (Object.keys(eventNames) as EventName[]);

  return {
    name: channel?.name ?? '',
    config: Object.fromEntries(
      kinds[kind].fields.map((field) => [
        field.name,
        inputOf(field.type, config[field.name] ?? (field.name === 'method' ? 'POST' : null)),
      ]),
    ),
    events: [...events],
    resend_after: channel?.resend_after ? String(channel.resend_after) : '',
    enabled: channel?.enabled ?? true,
    is_default: channel?.is_default ?? true,
    templates: Object.fromEntries(
      templateEvents.map((event) => [
        event,
        { subject: templates[event]?.subject ?? '', text: templates[event]?.text ?? '' },
      ]),
    ) as FormValues['templates'],
  };
}

function listOf(text: string): string[] {
  return text
    .split(/[,\s]+/)
    .map((part) => part.trim())
    .filter(Boolean);
}

function headersOf(lines: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
    else if (line.trim()) headers[line.trim()] = '';
  }
  return headers;
}

function memberOf(kind: Kind, name: string, value: string | boolean): unknown {
  if (typeof value === 'boolean') return value;
  if (name === 'to') return listOf(value);
  if (name === 'headers') return headersOf(value);
  const text = name === 'body' ? value : value.trim();
  if (text === '') return null;
  const numeric = name === 'message_thread_id' || (kind === 'ntfy' && name === 'priority');
  return numeric ? Number(text) : text;
}

/** A new one leaves out what is empty; a change says null, which removes it. */
function configOf(kind: Kind, values: FormValues, before?: Channel): SentConfig {
  const config: Config = {};

  for (const { name } of kinds[kind].fields) {
    const value = memberOf(kind, name, values.config[name] ?? '');
    const had = (before?.config as Config | undefined)?.[name];
    if (value !== null) config[name] = value;
    else if (had !== undefined) config[name] = null;
  }

  return config as SentConfig;
}

export function templatesOf(values: FormValues): NonNullable<ChannelFields['templates']> {
  const templates: Record<string, Record<string, string>> = {};

  for (const event of templateEvents) {
    const { subject, text } = values.templates[event];
    const own = { ...(subject.trim() ? { subject } : {}), ...(text.trim() ? { text } : {}) };
    if (Object.keys(own).length > 0) templates[event] = own;
  }

  return templates;
}

export function fieldsOf(kind: Kind, values: FormValues, before?: Channel) {
  return {
    name: values.name.trim() || kinds[kind].name,
    config: configOf(kind, values, before),
    templates: templatesOf(values),
    events: values.events,
    resend_after: values.resend_after ? Number(values.resend_after) : null,
    enabled: values.enabled,
    is_default: values.is_default,
  };
}

// for what a preview needs and the form does not have yet
const standIns: Record<Kind, Config> = {
  email: { to: ['you@example.com'] },
  telegram: { bot_token: '123456:stand-in', chat_id: '1' },
  webhook: { url: 'https://example.com/' },
  slack: { url: 'https://example.com/' },
  discord: { url: 'https://example.com/' },
  ntfy: { topic: 'alerts' },
  console: {},
};

/** Whole enough for a preview, without secrets that are masked. */
export function previewConfig(kind: Kind, values: FormValues): SentConfig {
  const given = Object.entries(configOf(kind, values)).filter(([, value]) => {
    const text = JSON.stringify(value);
    return text !== '[]' && text !== '{}' && !text.includes(MASK);
  });
  return { ...standIns[kind], ...Object.fromEntries(given) } as SentConfig;
}

/** The server has a secret that this page does not. */
export function hasMask(values: FormValues): boolean {
  return Object.values(values.config).some(
    (value) => typeof value === 'string' && value.includes(MASK),
  );
}
