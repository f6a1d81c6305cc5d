import {
  type ContextLock,
  type ContextRecord,
  type ContextStore,
  type ContextUser,
  type Loaded,
  type Refused,
  type SaveOptions,
  StoreError,
} from '@wechat-mp/core/stores';
import { createContextKeys } from './keys.ts';
import { type Connection, defineScript, type ScriptResult } from './script.ts';

// In every script KEYS[1] is the context, KEYS[2] the lock. A context is kept as
// `version|expiry|json`, for example `1795390868123|s600|{"step":4}`.

/**
 * Returns the lock's remaining milliseconds, or a list with the context. `dead` is an owner whose
 * lock is void; `rolling` is the number of seconds to extend a context without its own expiry, or
 * ''.
 */
export const LOAD = `
local function load(context, lock, owner, lease, dead, rolling)
  if owner ~= '' and not redis.call('SET', lock, owner, 'NX', 'PX', lease) then
    local holder = redis.call('GET', lock)
    if holder ~= owner and (dead == '' or holder ~= dead) then
      return redis.call('PTTL', lock)
    end
    redis.call('SET', lock, owner, 'PX', lease)
  end
  local value = redis.call('GET', context)
  if value and rolling ~= '' then
    local kind, seconds = string.match(value, '^%d+|([su]?)([%d.]*)|')
    if kind == '' then
      seconds = rolling
    end
    if kind == '' or kind == 's' then
      redis.call('PEXPIRE', context, math.ceil(seconds * 1000))
    end
  end
  return { value }
end`;

/** Returns 1, or a list with the reason why it cannot save. */
export const SAVE = `
local function save(context, lock, owner, replaces, value, milliseconds, keepLock)
  local holder = redis.call('GET', lock)
  local current = redis.call('GET', context)
  -- The holder of a lock that sends a save again.
  if owner ~= '' and current == value then
    return 1
  end
  local version = current and string.match(current, '^%d+') or '0'
  local expired = holder == owner and not current
  if (holder and holder ~= owner) or (version ~= replaces and not expired) then
    return { current }
  end
  redis.call('SET', context, value, 'PX', milliseconds)
  if holder and keepLock ~= '1' then
    redis.call('DEL', lock)
  end
  return 1
end`;

export const RELEASE = `
local function release(lock, owner)
  return redis.call('GET', lock) == owner and redis.call('DEL', lock) or 0
end`;

const load = defineScript(`${LOAD}
return load(KEYS[1], KEYS[2], ARGV[1], ARGV[2], '', ARGV[3])`);

const save = defineScript(`${SAVE}
return save(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5])`);

const release = defineScript(`${RELEASE}
return release(KEYS[2], ARGV[1])`);

const forget = defineScript(`return redis.call('DEL', KEYS[1])`);

/** ARGV: owner, lease. */
const renew = defineScript(`
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
return redis.call('GET', KEYS[2]) == ARGV[1] and redis.call('PEXPIRE', KEYS[2], ARGV[2]) or 0`);

/** Stores conversations in Redis; see `redisStores`. */
export class RedisContextStore implements ContextStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether the keys of both connections are in the same place. */
  isAt({ redis, prefix }: Connection): boolean {
    return this.#connection.redis === redis && this.#connection.prefix === prefix;
  }

  async load(user: ContextUser, lock?: ContextLock, rolling?: number): Promise<Loaded> {
    const keys = createContextKeys(this.#connection, user);
    const { owner, lease } = lock ?? { owner: '', lease: 0 };
    return readLoaded(await load(this.#connection, keys, owner, lease, rolling ?? ''), keys);
  }

  async save(
    user: ContextUser,
    record: ContextRecord,
    options: SaveOptions,
  ): Promise<Refused | undefined> {
    const keys = createContextKeys(this.#connection, user);
    return readRefused(await save(this.#connection, keys, ...saveArguments(record, options)), keys);
  }

  async delete(user: ContextUser): Promise<void> {
    const [context] = createContextKeys(this.#connection, user);
    await forget(this.#connection, [context]);
  }

  async renew(user: ContextUser, { owner, lease }: ContextLock): Promise<boolean> {
    return (
      (await renew(this.#connection, createContextKeys(this.#connection, user), owner, lease)) ===
      '1'
    );
  }

  async release(user: ContextUser, { owner }: ContextLock): Promise<void> {
    await release(this.#connection, createContextKeys(this.#connection, user), owner);
  }

  /** Does nothing: every key has a time to live. */
  async clearExpired(): Promise<void> {}
}

export function saveArguments(
  record: ContextRecord,
  { replaces, milliseconds, lock, keepLock }: SaveOptions,
): (string | number)[] {
  const owner = lock?.owner ?? '';
  return [owner, replaces, write(record), Math.ceil(milliseconds), keepLock ? '1' : ''];
}

export function readLoaded(found: ScriptResult, keys: readonly string[]): Loaded {
  if (!Array.isArray(found)) return { busyFor: Math.max(1, Number(found)) };
  return { record: readRecord(found[0], keys) };
}

export function readRefused(refused: ScriptResult, keys: readonly string[]): Refused | undefined {
  return Array.isArray(refused) ? { current: readRecord(refused[0], keys) } : undefined;
}

function write({ version, expiry, json }: ContextRecord): string {
  const kept =
    expiry === undefined ? '' : 'until' in expiry ? `u${expiry.until}` : `s${expiry.seconds}`;
  return `${version}|${kept}|${json}`;
}

function readRecord(
  value: ScriptResult | undefined,
  [key]: readonly string[],
): ContextRecord | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(\d+)\|(?:([su])(-?\d+(?:\.\d+)?))?\|(.*)$/s.exec(value);
  if (!match) {
    throw new StoreError(
      `the value under ${key} in Redis is damaged, or not a context of this library: delete the key, or give another prefix`,
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
