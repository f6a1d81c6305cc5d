import { createHash } from 'node:crypto';

/** What is needed of ioredis: a `Redis` or a `Cluster`, version 5 or 6. */
export interface RedisClient {
  evalsha(
    sha1: string,
    keyCount: number,
    ...keysAndArguments: (string | number)[]
  ): Promise<unknown>;
  eval(
    script: string,
    keyCount: number,
    ...keysAndArguments: (string | number)[]
  ): Promise<unknown>;
  del(key: string): Promise<number>;
}

/** A Lua script: one round trip, and nothing comes between its steps. */
export function defineScript(
  lua: string,
): (redis: RedisClient, keys: string[], ...args: (string | number)[]) => Promise<unknown> {
  const sha1 = createHash('sha1').update(lua).digest('hex');
  return async (redis, keys, ...args) => {
    try {
      return await redis.evalsha(sha1, keys.length, ...keys, ...args);
    } catch (error) {
      // The server does not have the script yet, or no longer, after a restart or a failover.
      if (!(error as Error).message.includes('NOSCRIPT')) throw error;
      return redis.eval(lua, keys.length, ...keys, ...args);
    }
  };
}
