import type { SessionStore } from '@wechat-mp/core/unofficial';
import { escapeTag } from './escape-part.ts';
import { type Connection, defineScript, type Script } from './script.ts';

/** Milliseconds for which a session is kept: the platform ends it after about four days. */
const KEPT = 5 * 24 * 3600_000;

const get: Script = defineScript(`return redis.call('GET', KEYS[1])`);

/** ARGV: session, or '' to remove it. */
const set: Script = defineScript(`
if ARGV[1] == '' then
  return redis.call('DEL', KEYS[1])
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ${KEPT})
return 1`);

/** Stores sessions of the back end in Redis; see `redisStores`. */
export class RedisSessionStore implements SessionStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(key: string): Promise<string | undefined> {
    const found = await get(this.#connection, [this.#createKey(key)]);
    return typeof found === 'string' ? found : undefined;
  }

  async set(key: string, session: string | undefined): Promise<void> {
    await set(this.#connection, [this.#createKey(key)], session ?? '');
  }

  #createKey(key: string): string {
    return `${this.#connection.prefix}session:{${escapeTag(key)}}`;
  }
}
