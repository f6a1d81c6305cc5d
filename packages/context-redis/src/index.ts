import { InvalidArgumentError } from '@wechat-mp/core';
import type { TokenStore } from '@wechat-mp/core/official';
import {
  acceptAny,
  type Clock,
  type ContextStore,
  checkMilliseconds,
  checkSpelling,
  type DeliveryStore,
  type OptionTable,
  readOptions,
  refuseMissing,
  systemClock,
} from '@wechat-mp/core/stores';
import type { SessionStore } from '@wechat-mp/core/unofficial';
import { RedisContextStore } from './contexts.ts';
import { RedisDeliveryStore } from './deliveries.ts';
import type { RedisClient } from './script.ts';
import { RedisSessionStore } from './sessions.ts';
import { RedisTokenStore } from './tokens.ts';

export { InvalidArgumentError, NeedParamError, StoreError } from '@wechat-mp/core';
export type { RedisClient, RedisListener } from './script.ts';

export interface RedisStoresOptions {
  /** Prefix of all keys. Default: `wechat:`. */
  prefix?: string | undefined;
  /**
   * Milliseconds to wait for Redis; a delivery then fails, and the platform sends it again.
   * Default: 3000.
   */
  timeout?: number | undefined;
  /** Clock for waiting in this process. For tests. Default: the system clock. */
  clock?: Clock | undefined;
}

const OPTIONS = {
  prefix: { initial: 'wechat:', check: checkPrefix },
  timeout: { initial: 3000, check: checkMilliseconds },
  clock: { initial: systemClock, check: acceptAny<Clock> },
} satisfies OptionTable<RedisStoresOptions>;

/** The stores of a webhook and an API client in Redis, to be spread into their options. */
export interface RedisStores {
  readonly contexts: ContextStore;
  readonly deliveries: DeliveryStore;
  readonly tokens: TokenStore;
  readonly sessions: SessionStore;
}

/**
 * Keeps what the processes of one bot share in Redis: on a single server, Sentinel or Cluster.
 *
 * Keys, all with a time to live but those of accounts that gave a third-party platform rights, begin with `wechat:{ACCOUNT:OPENID}:` — `context`, the
 * conversation; `lock`, while a message of the user is being answered; `delivery:…`, how the run of
 * a message stands; `held`, late replies that wait for the user. `wechat:{runs}:…` has the messages
 * whose handler is slow, for when its process dies; `wechat:token:{…}`, the access tokens and tickets
 * of an API client; `wechat:session:{…}`, sessions of the back end. Processes tell each other of the end
 * of a run through channels of the same names, on one connection more.
 *
 * @example
 * const redis = new Redis('redis://localhost');
 * app.use('/wechat', wechat({ token: 'TOKEN', ...redisStores(redis) }, handlers));
 * @throws {NeedParamError} when no client is given
 * @throws {InvalidArgumentError} when it is no ioredis client, or an option is wrong
 */
export function redisStores(redis: RedisClient, options: RedisStoresOptions = {}): RedisStores {
  checkSpelling(options, Object.keys(OPTIONS));
  if (!redis) refuseMissing('redis', 'a client of ioredis', 'argument');
  if (typeof redis.evalsha !== 'function') {
    throw new InvalidArgumentError(
      'the client has no evalsha(): give a Redis or Cluster of ioredis',
    );
  }
  const connection = { redis, ...readOptions(OPTIONS, options) };
  return {
    contexts: new RedisContextStore(connection),
    deliveries: new RedisDeliveryStore(connection),
    tokens: new RedisTokenStore(connection),
    sessions: new RedisSessionStore(connection),
  };
}

function checkPrefix(name: string, value: string): string {
  if (typeof value === 'string' && !/[{}]/.test(value)) return value;
  throw new InvalidArgumentError(`${name} must be a string without braces, which choose a slot`);
}
