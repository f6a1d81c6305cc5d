import type { ReceivedMessage } from '../events.ts';

/** A message in the chat: one plain shape for every kind, of texts only. */
export type Bubble =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image' | 'voice'; readonly media: string }
  | {
      readonly kind: 'video';
      readonly media: string;
      readonly title: string;
      readonly text: string;
    }
  | {
      readonly kind: 'music';
      readonly title: string;
      readonly text: string;
      readonly url: string;
      readonly media: string;
    }
  | { readonly kind: 'news'; readonly articles: readonly Card[] }
  | {
      readonly kind: 'location';
      readonly latitude: number;
      readonly longitude: number;
      readonly label: string;
    }
  | {
      readonly kind: 'menu';
      readonly head: string;
      readonly items: readonly { readonly id: string; readonly text: string }[];
      readonly tail: string;
    }
  | {
      readonly kind: 'template';
      readonly title: string;
      readonly rows: readonly Row[];
      readonly url: string;
    }
  | { readonly kind: 'mini'; readonly title: string; readonly media: string }
  | {
      readonly kind: 'notice';
      readonly name: 'transferred' | 'transferredToAI';
      readonly text: string;
    }
  | { readonly kind: 'other'; readonly name: string; readonly text: string };

/** One article, or a link that a user sends. */
interface Card {
  readonly title: string;
  readonly text: string;
  readonly picture: string;
  readonly url: string;
}

/** A line of a template message: `Place: Shanghai`, or a text alone. */
interface Row {
  readonly label: string;
  readonly text: string;
}

/** Converts a message of the account to a bubble; undefined when there is nothing to show. */
export function toBubble(message: ReceivedMessage): Bubble | undefined {
  switch (message.type) {
    case 'none':
      return undefined;
    case 'text':
      return { kind: 'text', text: message.content };
    case 'image':
    case 'voice':
      return { kind: message.type, media: message.mediaId };
    case 'video': {
      const { mediaId, title = '', description = '' } = message;
      return { kind: 'video', media: mediaId, title, text: description };
    }
    case 'music': {
      const { title = '', description = '', musicUrl, hqMusicUrl, thumbMediaId = '' } = message;
      const url = musicUrl || (hqMusicUrl ?? '');
      return { kind: 'music', title, text: description, url, media: thumbMediaId };
    }
    case 'news':
      return {
        kind: 'news',
        articles: message.articles.map(
          ({ title = '', description = '', picUrl = '', url = '' }) => ({
            title,
            text: description,
            picture: picUrl,
            url,
          }),
        ),
      };
    case 'template':
      return {
        kind: 'template',
        title: message.title,
        rows: message.content.split('\n').map(readRow),
        url: message.url,
      };
    case 'menu': {
      const items = message.items.map(({ id, content }) => ({ id, text: content }));
      return { kind: 'menu', head: message.head, items, tail: message.tail };
    }
    case 'miniprogram':
      return { kind: 'mini', title: message.title, media: message.thumbMediaId };
    case 'transfer_customer_service':
      return { kind: 'notice', name: 'transferred', text: message.kfAccount ?? '' };
    case 'transfer_biz_ai_ivr':
      return { kind: 'notice', name: 'transferredToAI', text: '' };
    case 'card':
    case 'device_text':
    case 'device_event':
    case 'device_status':
    case 'hardware':
      return { kind: 'other', name: message.type, text: describe(message) };
  }
}

function readRow(line: string): Row {
  const [, label = '', text = ''] = /^([^:：]{1,20})[:：]\s*(.*)$/.exec(line) ?? ['', '', line];
  return { label, text };
}

/** Returns any value as text, cut to a length for the log. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return '';
  return cut(typeof value === 'string' ? value : toJson(value));
}

function toJson(value: unknown): string {
  try {
    const plain = (_: string, one: unknown) => (typeof one === 'bigint' ? String(one) : one);
    return JSON.stringify(value, plain, 2) ?? '';
  } catch {
    return '[not JSON]';
  }
}

const LONGEST = 16_000;

/** Cuts a text, and marks the cut. */
export function cut(value: string): string {
  if (value.length <= LONGEST) return value;
  return `${value.slice(0, LONGEST)}\n… ${value.length - LONGEST} characters more`;
}
