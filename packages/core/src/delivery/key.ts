import { hash } from 'node:crypto';
import { text } from '../message/field.ts';
import type { Message } from '../message/message.ts';
import type { DeliveryId } from './store.ts';

/**
 * What tells a message from all others. MsgId alone does not: people who send at the same moment
 * have been given the same one, and most events have none. A retry has all of these in common.
 */
const PARTS = ['CreateTime', 'MsgType', 'Event', 'EventKey', 'MsgId', 'UserCardCode'].map(text);

/** Names the message that a delivery carries. */
export function identify({ target, source, fields }: Message): DeliveryId {
  // Read in any case of letters, MsgId is also the MsgID of some events.
  const parts = PARTS.map((part) => part.read(fields));
  return { account: target, openid: source, key: hash('sha1', JSON.stringify(parts), 'base64url') };
}

/** What all deliveries of a message have in common, to tell when they do not. */
export function fingerprint({ raw }: Message): string {
  return hash('sha1', raw, 'base64url');
}
