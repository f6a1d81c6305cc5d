import type { Token, TokenStore } from '@wechat-mp/core/official';
import { escapeTag } from './escape-part.ts';
import { type Connection, defineScript, type Script } from './script.ts';

// A hash: the `token` as JSON, the number of the last `lock`, and `until` when it holds (ms).

/** Milliseconds for which a token is kept that can be fetched again. */
const KEPT = 30 * 24 * 3600_000;
/** Milliseconds for which a key without a token is kept, as its lock number may still be in use. */
const UNUSED = 3600_000;

/** ARGV: number of the lock, token or '', '1' when it must not expire. */
const set: Script = defineScript(`
if redis.call('HGET', KEYS[1], 'lock') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'until', 0)
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'token', ARGV[2])
  if ARGV[3] == '1' then
    redis.call('PERSIST', KEYS[1])
  else
    redis.call('PEXPIRE', KEYS[1], ${KEPT})
  end
end
return 1`);

/** ARGV: milliseconds. Returns the number of the lock, or 0; a lock that comes too late is released. */
const lock: Script = defineScript(
  `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HGET', KEYS[1], 'until')
if held and tonumber(held) > now then
  return 0
end
redis.call('HSET', KEYS[1], 'until', now + ARGV[1])
local number = redis.call('HINCRBY', KEYS[1], 'lock', 1)
if not redis.call('HGET', KEYS[1], 'token') then
  redis.call('PEXPIRE', KEYS[1], ${UNUSED})
end
return number`,
  ({ connection, keys, answer }) =>
    answer === '0' ? undefined : set(connection, keys, String(answer), '', ''),
);

const get: Script = defineScript(`return redis.call('HGET', KEYS[1], 'token')`);

/** Parses a token. Any other text is returned as it is: the client reports it, and replaces it. */
function parseToken(text: string): Token {
  try {
    return JSON.parse(text) as Token;
  } catch {
    return text as unknown as Token;
  }
}

/** Stores tokens in Redis; see `redisStores`. */
export class RedisTokenStore implements TokenStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(key: string): Promise<Token | undefined> {
    const found = await get(this.#connection, [this.#createKey(key)]);
    return typeof found === 'string' ? parseToken(found) : undefined;
  }

  async lock(key: string, milliseconds: number): Promise<number | undefined> {
    const given = await lock(this.#connection, [this.#createKey(key)], Math.ceil(milliseconds));
    return Number(given) || undefined;
  }

  async set(key: string, token: Token | undefined, number: number): Promise<boolean> {
    const text = token ? JSON.stringify(token) : '';
    const isLasting = token?.refreshToken === undefined ? '' : '1';
    const keys = [this.#createKey(key)];
    return (await set(this.#connection, keys, number, text, isLasting)) === '1';
  }

  #createKey(key: string): string {
    return `${this.#connection.prefix}token:{${escapeTag(key)}}`;
  }
}
