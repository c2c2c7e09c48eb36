// The kinds of channels, and what each has to know.

import {
  Hash,
  type LucideIcon,
  Mail,
  Megaphone,
  MessageSquare,
  Send,
  Terminal,
  Webhook,
} from 'lucide-react';
import type { Channel } from '@/shared/api/schema';

export type Kind = Channel['kind'];

export type ConfigField = {
  name: string;
  label: string;
  type: 'text' | 'list' | 'secret' | 'number' | 'switch' | 'choice' | 'headers' | 'long';
  hint?: string;
  placeholder?: string;
  required?: boolean;
  options?: [value: string, label: string][];
};

type KindInfo = {
  name: string;
  icon: LucideIcon;
  lead: string;
  admin?: boolean;
  fields: ConfigField[];
};

export const kinds: Record<Kind, KindInfo> = {
  email: {
    name: 'Email',
    icon: Mail,
    lead: 'An email to up to ten addresses.',
    fields: [
      {
        name: 'to',
        label: 'To',
        type: 'list',
        required: true,
        placeholder: 'you@example.com, team@example.com',
        hint: 'Up to ten addresses with commas between them.',
      },
    ],
  },
  telegram: {
    name: 'Telegram',
    icon: Send,
    lead: 'A message from your bot to a person or a group.',
    fields: [
      {
        name: 'bot_token',
        label: 'Bot token',
        type: 'secret',
        required: true,
        hint: 'From @BotFather.',
      },
      {
        name: 'chat_id',
        label: 'Chat',
        type: 'text',
        required: true,
        placeholder: '-1001234567890',
        hint: 'The number of the chat, or @name of a channel.',
      },
      {
        name: 'message_thread_id',
        label: 'Topic',
        type: 'number',
        hint: 'The number of a topic, in groups that have them.',
      },
      { name: 'silent', label: 'Without a sound', type: 'switch' },
    ],
  },
  webhook: {
    name: 'Webhook',
    icon: Webhook,
    lead: 'A request to an address of yours, signed when there is a secret.',
    fields: [
      {
        name: 'url',
        label: 'URL',
        type: 'text',
        required: true,
        placeholder: 'https://example.com/hooks/uptime',
      },
      {
        name: 'method',
        label: 'Method',
        type: 'choice',
        options: [
          ['POST', 'POST'],
          ['PUT', 'PUT'],
          ['PATCH', 'PATCH'],
        ],
      },
      {
        name: 'secret',
        label: 'Secret',
        type: 'secret',
        placeholder: 'whsec_…',
        hint: 'Signs each request, as Standard Webhooks says.',
      },
      {
        name: 'content_type',
        label: 'Content type',
        type: 'text',
        placeholder: 'application/json',
      },
      {
        name: 'headers',
        label: 'Headers',
        type: 'headers',
        placeholder: 'Authorization: Bearer …',
        hint: 'One a line, Name: value. The values are stored sealed.',
      },
      {
        name: 'body',
        label: 'Body',
        type: 'long',
        placeholder: '{"text": "{{text}}"}',
        hint: 'Empty: {type, timestamp, data}. Placeholders as in the texts, also {{subject}} and {{text}}.',
      },
    ],
  },
  slack: {
    name: 'Slack',
    icon: Hash,
    lead: 'A message through an incoming webhook.',
    fields: [
      {
        name: 'url',
        label: 'Webhook URL',
        type: 'secret',
        required: true,
        placeholder: 'https://hooks.slack.com/services/…',
      },
    ],
  },
  discord: {
    name: 'Discord',
    icon: MessageSquare,
    lead: 'A message through the webhook of a channel.',
    fields: [
      {
        name: 'url',
        label: 'Webhook URL',
        type: 'secret',
        required: true,
        placeholder: 'https://discord.com/api/webhooks/…',
      },
    ],
  },
  ntfy: {
    name: 'ntfy',
    icon: Megaphone,
    lead: 'A push message to phones that follow a topic.',
    fields: [
      {
        name: 'topic',
        label: 'Topic',
        type: 'text',
        required: true,
        placeholder: 'my-alerts',
        hint: 'Who knows it can read it: take one that nobody guesses.',
      },
      { name: 'server', label: 'Server', type: 'text', placeholder: 'https://ntfy.sh/' },
      { name: 'token', label: 'Access token', type: 'secret', placeholder: 'tk_…' },
      {
        name: 'priority',
        label: 'Priority',
        type: 'choice',
        options: [
          ['', 'by event'],
          ['1', '1, lowest'],
          ['2', '2, low'],
          ['3', '3, normal'],
          ['4', '4, high'],
          ['5', '5, urgent'],
        ],
      },
    ],
  },
  console: {
    name: 'Console',
    icon: Terminal,
    lead: "One line in the server's error log; for administrators.",
    admin: true,
    fields: [],
  },
};

export const kindName = (kind: Kind) => kinds[kind].name;

export const eventNames = {
  down: 'Down',
  up: 'Up again',
  degraded: 'Degraded',
  cert: 'Certificate',
};

export type EventName = keyof typeof eventNames;

/** In a channel of one kind, in short: where it leads. */
export function target(channel: Channel): string {
  const config = channel.config as Record<string, unknown> | undefined;
  const text = (name: string) => (typeof config?.[name] === 'string' ? String(config[name]) : '');
  if (channel.kind === 'email') return Array.isArray(config?.to) ? config.to.join(', ') : '';
  if (channel.kind === 'telegram') return `chat ${text('chat_id')}`;
  if (channel.kind === 'webhook') return text('url');
  if (channel.kind === 'ntfy') return text('topic');
  return '';
}
