import { createHash } from 'node:crypto';
import { StoreError, within } from '@wechat-mp/core';

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
  /** Makes a connection of the same kind, to listen on. */
  duplicate(): RedisListener;
  once(event: 'end', listener: () => void): unknown;
}

/** A connection that listens. */
export interface RedisListener {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  disconnect(): void;
}

/** What every store here works with. */
export interface Connection {
  readonly redis: RedisClient;
  readonly prefix: string;
  /** Milliseconds to wait for an answer. */
  readonly timeout: number;
}

/** Runs a script; rejects when Redis does not answer in time. */
export type Script = (
  connection: Connection,
  keys: readonly string[],
  ...args: (string | number)[]
) => Promise<unknown>;

/** A Lua script: one round trip, and nothing comes between its steps. */
export function defineScript(lua: string): Script {
  const sha1 = createHash('sha1').update(lua).digest('hex');
  const run = async ({ redis }: Connection, keys: readonly string[], args: (string | number)[]) => {
    try {
      return await redis.evalsha(sha1, keys.length, ...keys, ...args);
    } catch (error) {
      // The server does not have the script yet, or no longer, after a restart or a failover.
      if (!(error as Error).message.includes('NOSCRIPT')) throw error;
      return redis.eval(lua, keys.length, ...keys, ...args);
    }
  };
  return (connection, keys, ...args) => inTime(connection, run(connection, keys, args));
}

/** A client that is not connected queues commands, for a long time: better to say so soon. */
export async function inTime<T>({ timeout }: Connection, answer: Promise<T>): Promise<T> {
  const answered = await within(answer, timeout);
  if (answered) return answered.value;
  throw new StoreError(`Redis did not answer within ${timeout} ms`);
}
