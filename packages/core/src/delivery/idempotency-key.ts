import { hash } from 'node:crypto';
import { joinKey } from '../join-key.ts';
import { text } from '../message/field.ts';
import type { Message } from '../message/message.ts';
import type { Fields } from '../tree.ts';
import type { DeliveryId } from './store.ts';

const msgType = text('MsgType');
const msgId = text('MsgId');

/** Maximum characters kept as they are: enough for most messages. */
const MAX_LENGTH = 512;

/**
 * Returns the key of a delivery's message; `account` is the one that verified it.
 *
 * A message has an id, which alone does not tell it from others: people who send at the same moment
 * have been given the same one. Events and pushes have none, or have it deep inside: what tells them
 * apart is all of them, which a retry repeats to the letter, though with another encryption.
 */
export function idempotencyKey(message: Message, account: string): DeliveryId {
  const { type, target, source, time, fields } = message;
  const id = type.includes(':') ? '' : (message.id ?? msgId.read(fields));
  const isNamed = id !== '' && source !== '' && target !== '';
  const kind = type === 'unknown' ? msgType.read(fields) : type;
  const key = isNamed
    ? joinKey(account, target, source, time, kind, id)
    : joinKey(account, target, source, time, digest(canonical(fields)));
  const isShort = key.length <= MAX_LENGTH;
  return { account, openid: source, key: isShort ? key : joinKey(account, digest(key)) };
}

/** Returns what all deliveries of a message share, to detect when they do not. */
export function fingerprint({ raw }: Message): string {
  return raw.length > MAX_LENGTH ? digest(raw) : raw;
}

/** Writes fields without the ciphertext beside them in compatible mode. */
function canonical(fields: Fields): string {
  return JSON.stringify({ ...fields, Encrypt: undefined });
}

function digest(text: string): string {
  return hash('sha1', text, 'base64url');
}
