import { hash } from 'node:crypto';
import { joinKey } from '../join-key.ts';
import { text } from '../message/field.ts';
import type { Message } from '../message/message.ts';
import type { DeliveryId } from './store.ts';

/**
 * What tells a message from all others. MsgId alone does not: people who send at the same moment
 * have been given the same one, and most events have none. A retry has all of these in common.
 */
const ofMessages = ['MsgType', 'MsgId'].map(text);
const ofEvents = ['MsgType', 'Event', 'EventKey', 'MsgId', 'UserCardCode'].map(text);

/** Characters of what is kept as it is: as many as most messages have. */
const MAX_LENGTH = 512;

/** Names the message that a delivery carries; `account` is the one that verified it. */
export function identify(
  { type, target, source, time, fields, raw }: Message,
  account: string,
): DeliveryId {
  const parts: (string | number)[] = [target, source, time];
  // A third-party platform's push, which nobody sent, has no id: all of it tells it from others.
  if (source === '') parts.push(digest(raw));
  // Read in any case of letters, MsgId is also the MsgID of some events.
  else for (const part of type.includes(':') ? ofEvents : ofMessages) parts.push(part.read(fields));
  const key = joinKey(...parts);
  const short = key.length > MAX_LENGTH ? digest(key) : key;
  return { account, openid: source, key: joinKey(account, short) };
}

/** What all deliveries of a message have in common, to tell when they do not. */
export function fingerprint({ raw }: Message): string {
  return raw.length > MAX_LENGTH ? digest(raw) : raw;
}

function digest(text: string): string {
  return hash('sha1', text, 'base64url');
}
