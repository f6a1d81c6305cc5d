import {
  type ContextLock,
  type ContextRecord,
  type ContextStore,
  ContextStoreError,
  type ContextUser,
  type Loaded,
  type SaveOptions,
} from '@wechat-mp/core';
import { defineScript, type RedisClient } from './script.ts';

// In every script KEYS[1] is the context, KEYS[2] the lock. A context is kept as
// `version|expiry|json`, for example `1795390868123|s600|{"step":4}`.

/** ARGV: owner ('' for no lock), lease. Gives the lock's remaining milliseconds, or a list of the context. */
const load = defineScript(`
if ARGV[1] ~= '' and not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return redis.call('PTTL', KEYS[2])
end
return { redis.call('GET', KEYS[1]) }`);

/** ARGV: owner, the version to replace, the context, its milliseconds, '1' to keep the lock. */
const save = defineScript(`
local holder = redis.call('GET', KEYS[2])
local current = redis.call('GET', KEYS[1])
local version = current and string.match(current, '^%d+') or '0'
local expired = holder == ARGV[1] and not current
if (holder and holder ~= ARGV[1]) or (version ~= ARGV[2] and not expired) then
  return { current }
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
if holder and ARGV[5] ~= '1' then
  redis.call('DEL', KEYS[2])
end
return 1`);

/** ARGV: owner, lease. */
const renew = defineScript(`
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
return redis.call('GET', KEYS[2]) == ARGV[1] and redis.call('PEXPIRE', KEYS[2], ARGV[2]) or 0`);

/** ARGV: owner. */
const release = defineScript(`
return redis.call('GET', KEYS[2]) == ARGV[1] and redis.call('DEL', KEYS[2]) or 0`);

/** Keeps conversations in Redis; see `redisStores`. */
export class RedisContextStore implements ContextStore {
  readonly #redis: RedisClient;
  readonly #prefix: string;
  readonly #timeout: number;

  constructor(redis: RedisClient, options: { prefix: string; timeout: number }) {
    this.#redis = redis;
    this.#prefix = options.prefix;
    this.#timeout = options.timeout;
  }

  async load(user: ContextUser, lock?: ContextLock): Promise<Loaded> {
    const keys = this.#keysOf(user);
    const found = await this.#within(load(this.#redis, keys, lock?.owner ?? '', lock?.lease ?? 0));
    if (!Array.isArray(found)) return { busyFor: Math.max(1, Number(found)) };
    return { record: read(found[0], keys) };
  }

  async save(
    user: ContextUser,
    record: ContextRecord,
    { replaces, milliseconds, lock, keepLock }: SaveOptions,
  ): Promise<{ current: ContextRecord | undefined } | undefined> {
    const keys = this.#keysOf(user);
    const refused = await this.#within(
      save(
        this.#redis,
        keys,
        lock?.owner ?? '',
        replaces,
        write(record),
        Math.ceil(milliseconds),
        keepLock ? '1' : '',
      ),
    );
    return Array.isArray(refused) ? { current: read(refused[0], keys) } : undefined;
  }

  async delete(user: ContextUser): Promise<void> {
    await this.#within(this.#redis.del(this.#keysOf(user)[0] as string));
  }

  async renew(user: ContextUser, { owner, lease }: ContextLock): Promise<boolean> {
    return (await this.#within(renew(this.#redis, this.#keysOf(user), owner, lease))) === 1;
  }

  async release(user: ContextUser, { owner }: ContextLock): Promise<void> {
    await this.#within(release(this.#redis, this.#keysOf(user), owner));
  }

  /** Redis does so by itself: every key has a time to live. */
  async clearExpired(): Promise<void> {}

  /** The braces put both keys of a user into one slot of a Cluster. */
  #keysOf({ account, openid }: ContextUser): string[] {
    const user = `${this.#prefix}{${account}:${openid}}`;
    return [`${user}:context`, `${user}:lock`];
  }

  /** A client that is not connected queues commands, for a long time: better to say so soon. */
  #within<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new ContextStoreError(`Redis did not answer within ${this.#timeout} ms`));
      }, this.#timeout);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

function write({ version, expiry, json }: ContextRecord): string {
  const kept =
    expiry === undefined ? '' : 'until' in expiry ? `u${expiry.until}` : `s${expiry.seconds}`;
  return `${version}|${kept}|${json}`;
}

function read(value: unknown, [key]: string[]): ContextRecord | undefined {
  if (value === null || value === undefined) return undefined;
  const match = /^(\d+)\|(?:([su])(-?\d+(?:\.\d+)?))?\|(.*)$/s.exec(value as string);
  if (!match) {
    throw new ContextStoreError(
      `what Redis has under ${key} is no context of this library: delete the key, or give another prefix`,
    );
  }
  const [, version, kind, amount, json] = match;
  const expiry =
    kind === undefined
      ? undefined
      : kind === 'u'
        ? { until: Number(amount) }
        : { seconds: Number(amount) };
  return { version: Number(version), json: json as string, expiry };
}
