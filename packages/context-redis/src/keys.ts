import { hash } from 'node:crypto';
import type { ContextUser, DeliveryId } from '@wechat-mp/core/stores';
import { escapePart } from './escape-part.ts';
import type { Connection } from './script.ts';

/** Returns the prefix of a user's keys; the braces put all of them into one slot of a Cluster. */
export function createUserKey(
  { prefix }: Pick<Connection, 'prefix'>,
  { account, openid }: ContextUser,
): string {
  return `${prefix}{${escapePart(account)}:${escapePart(openid)}}`;
}

/** Returns the keys of a context and its lock. */
export function createContextKeys(
  connection: Connection,
  user: ContextUser,
): [context: string, lock: string] {
  const key = createUserKey(connection, user);
  return [`${key}:context`, `${key}:lock`];
}

/** Returns the key of a message. */
export function createDeliveryKey(connection: Connection, id: DeliveryId): string {
  return `${createUserKey(connection, id)}:delivery:${digest(id.key)}`;
}

/** Returns a hash, so that Redis need not hold what the user wrote. */
export function digest(text: string): string {
  return hash('sha1', text, 'base64url');
}
