import { ParseError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { Fields } from '../tree.ts';
import { parseXml } from '../xml.ts';
import { PUSHES, readPush } from './component.ts';
import { EVENTS } from './events.ts';
import { createFiller, number, type Read, type Shape, text } from './field.ts';
import { MESSAGES } from './messages.ts';

type Tables = typeof MESSAGES &
  typeof EVENTS &
  typeof PUSHES &
  Record<'unknown' | 'event:unknown' | 'component:unknown', Record<never, never>>;

/** The name of a handler's message; always the same as `message.type`. */
export type MessageName = keyof Tables;

/** The names of events with a `key`: a menu button's key or a QR code's scene. */
export type KeyedEventName = {
  [N in MessageName]: N extends `event:${string}`
    ? 'key' extends keyof Tables[N]
      ? N
      : never
    : never;
}[MessageName];

interface Envelope<N extends MessageName> {
  readonly type: N;
  /**
   * The receiver: the account (`gh_…`). The wire's ToUserName. In a `component:…`, the AppID of the
   * third-party platform. `''` when the platform names no account.
   */
  readonly target: string;
  /**
   * The sender: the user's openid. The wire's FromUserName. In a `component:…`, and in an event
   * without a user, it is `''`: nobody would read a reply, so the answer is `success`, and a reply
   * is a warning in the log.
   */
  readonly source: string;
  /** When it was sent, in Unix seconds. */
  readonly time: number;
  /** The message as written by the platform, decrypted. */
  readonly raw: string;
  /** Every field under its wire name, with values as text, so that nothing is lost. */
  readonly fields: Fields;
}

type Flat<T> = { [K in keyof T]: T[K] };
type MessageOf<N extends MessageName> = Flat<
  Envelope<N> &
    Read<Tables[N]> &
    ('id' extends keyof Tables[N] ? unknown : { readonly id?: undefined })
>;

/** Every message and event by its name, for example `MessageMap['event:click']`. */
export type MessageMap = { readonly [N in MessageName]: MessageOf<N> };

/** Any message or event. Comparing `message.type` narrows it to the fields of that type. */
export type Message = MessageMap[MessageName];

const envelope = {
  target: text('ToUserName'),
  source: text('FromUserName'),
  time: number('CreateTime'),
} satisfies Shape;
const msgType = text('MsgType');
const event = text('Event');

const nothing = { unknown: {}, 'event:unknown': {}, 'component:unknown': {} };
const readers = new Map(
  Object.entries({ ...MESSAGES, ...EVENTS, ...PUSHES, ...nothing }).map(([name, shape]) => [
    name,
    createFiller(shape as Shape),
  ]),
);

/** The names of all messages and events. */
export const messageNames: readonly string[] = [...readers.keys()];

/**
 * Parses the bytes of a delivery, XML or JSON, into a message.
 *
 * A type that is not known becomes `unknown`, `event:unknown` or `component:unknown`; its fields
 * are in `fields`.
 *
 * @example
 * const message = parseMessage('<xml>…<MsgType>text</MsgType><Content>hi</Content></xml>');
 * if (message.type === 'text') console.log(message.content);
 * @throws {ParseError} when it is neither well-formed XML nor JSON, or no message
 */
export function parseMessage(data: string | Uint8Array): Message {
  const raw = decode(data);
  return toMessage(readFields(raw), raw);
}

/** Decodes a body as UTF-8, regardless of its Content-Type. */
export function decode(data: string | Uint8Array): string {
  if (typeof data === 'string') return data;
  if (!ArrayBuffer.isView(data)) throw new ParseError('a message must be a string or bytes');
  const bytes = Buffer.isBuffer(data)
    ? data
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return bytes.toString('utf8');
}

/** Returns the format of a text, one of the two of the console's setting 数据格式. */
export function detectFormat(text: string): 'xml' | 'json' {
  return text.trimStart().startsWith('{') ? 'json' : 'xml';
}

export function readFields(raw: string): Fields {
  // trimming takes a byte order mark away too
  const body = raw.trim();
  if (body === '') throw new ParseError('the body is empty');
  return detectFormat(body) === 'json' ? parseJson(body) : parseXml(body, 'xml');
}

export function toMessage(fields: Fields, raw: string): Message {
  const kind = msgType.read(fields).toLowerCase();
  const push = kind === '' ? readPush(fields) : undefined;
  if (push) {
    const { name, target, source, time } = push;
    const type = readers.has(name) ? name : 'component:unknown';
    return complete({ type, target, source, time }, fields, raw);
  }
  if (kind === '') throw new ParseError(`not a message: ${msgType.tag} is missing`);
  const isEvent = kind === 'event' || kind === 'device_event';
  const source = envelope.source.read(fields);
  // Some events are about no user, such as what a game is to deliver; what a user sent has a sender.
  if (!isEvent && source === '') {
    throw new ParseError(`not a message: ${envelope.source.tag} is missing`);
  }
  const type = isEvent ? eventType(kind, fields) : messageType(kind);
  const target = envelope.target.read(fields);
  return complete({ type, target, source, time: envelope.time.read(fields) }, fields, raw);
}

/** Adds a message's own members to the common ones, in the same object, since there are thousands. */
function complete(
  common: Pick<Message, 'target' | 'source' | 'time'> & { type: string },
  fields: Fields,
  raw: string,
): Message {
  const fill = readers.get(common.type) as ReturnType<typeof createFiller>;
  const message = fill(common, fields) as typeof common & { raw: string; fields: Fields };
  message.raw = raw;
  message.fields = fields;
  return message as unknown as Message;
}

function messageType(kind: string): string {
  return readers.has(kind) && !kind.includes(':') ? kind : 'unknown';
}

function eventType(kind: string, fields: Fields): string {
  const type = `${kind}:${event.read(fields).toLowerCase()}`;
  return readers.has(type) ? type : 'event:unknown';
}
