import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { describeError } from '@wechat-mp/core';
import { type Clock, StoreError, waitForSliceEnd, within } from '@wechat-mp/core/stores';

/** The methods used of ioredis, either `Redis` or `Cluster`, version 5 or 6. */
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
  /** Creates a connection of the same kind, for subscriptions. */
  duplicate(override?: object): RedisListener;
  once(event: 'end', listener: () => void): unknown;
  readonly off?: (event: 'end', listener: () => void) => unknown;
  /** The socket; a cluster has several, and none here. */
  readonly stream?: Pick<Writable, 'cork' | 'uncork' | 'writableCorked'> | undefined;
}

/** A connection for subscriptions. */
export interface RedisListener {
  /** `ready` while connected. */
  readonly status: string;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'ready' | 'close', listener: () => void): unknown;
  disconnect(): void;
}

/** The connection and options that every store here shares. */
export interface Connection {
  readonly redis: RedisClient;
  readonly prefix: string;
  /** Milliseconds to wait for a reply. */
  readonly timeout: number;
  readonly clock: Clock;
}

/**
 * The result of a script in one form for all clients: with numbers or, under `stringNumbers`, text;
 * with RESP2 or RESP3.
 */
export type ScriptResult = string | null | readonly ScriptResult[];

/** Runs a script; rejects with a StoreError, including when Redis does not reply in time. */
export type Script = (
  connection: Connection,
  keys: readonly string[],
  ...args: (string | number)[]
) => Promise<ScriptResult>;

/** A command whose answer came after the timeout. */
interface LateAnswer {
  readonly connection: Connection;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
  readonly answer: ScriptResult;
  /** Milliseconds between the two. */
  readonly underWay: number;
}

/** Takes such a command back. */
export type Undo = (late: LateAnswer) => Promise<unknown> | undefined;

/**
 * Defines a Lua script: one atomic round trip. Redis may run it after the timeout, as ioredis queues
 * commands until there is a connection: `undo` then takes back what it did.
 */
export function defineScript(lua: string, undo?: Undo): Script {
  const sha1 = createHash('sha1').update(lua).digest('hex');
  const run = async ({ redis }: Connection, keys: readonly string[], args: (string | number)[]) => {
    try {
      return await redis.evalsha(sha1, keys.length, ...keys, ...args);
    } catch (error) {
      // The server does not have the script yet, or no longer, after a restart or a failover.
      if (!describeError(error).message.includes('NOSCRIPT')) throw error;
      return redis.eval(lua, keys.length, ...keys, ...args);
    }
  };
  return async (connection, keys, ...args) => {
    const { clock, timeout } = connection;
    const since = clock.now();
    let answered: { value: unknown } | undefined;
    sendTogether(connection.redis);
    const running = run(connection, keys, args);
    try {
      // A client that is not connected queues commands, for a long time: better to say so soon.
      answered = await within(running, timeout, undefined, clock);
    } catch (error) {
      throw createRedisError(error);
    }
    if (answered) return toAnswer(answered.value);
    if (undo) {
      const undone = running.then((value) =>
        undo({
          connection,
          keys,
          args,
          answer: toAnswer(value),
          underWay: Math.ceil(clock.now() - since),
        }),
      );
      undone.catch(() => {});
    }
    throw new StoreError(`Redis did not answer within ${timeout} ms`);
  };
}

/** Sends what is asked for several messages in one piece: each piece costs as much as what it is about. */
function sendTogether({ stream }: RedisClient): void {
  if (!stream || stream.writableCorked > 0) return;
  stream.cork();
  const send = () => stream.uncork();
  const end = waitForSliceEnd();
  if (end) void end.then(send);
  else process.nextTick(send);
}

function toAnswer(value: unknown): ScriptResult {
  if (Array.isArray(value)) return value.map(toAnswer);
  return value === null || value === undefined ? null : `${value as string | number}`;
}

/** Parses JSON written by a store. */
export function readJson<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    // The error of JSON.parse shows some of the text.
    throw new StoreError(`${what} in Redis is not JSON: another program wrote to its key`);
  }
}

/** Advice for a refusal of Redis, by the code that begins its message. */
const ADVICE: Readonly<Record<string, string>> = {
  OOM: 'Redis is full: raise maxmemory, or let it evict keys',
  READONLY: 'this is a replica: connect to the master',
  NOPERM:
    'the user of this connection needs the keys and channels of the prefix, +@read +@write +@scripting +@pubsub -@dangerous +time +info +cluster|slots +cluster|info',
  NOAUTH: 'give the client a password',
  WRONGPASS: 'the password or the name of the user is wrong',
  WRONGTYPE: 'another program uses the key: give another prefix',
  CROSSSLOT: 'give a prefix without braces',
};

/**
 * Creates a StoreError from an error of the driver. The driver's error holds the command with all
 * arguments, and some messages repeat them: only Redis's own words are kept.
 */
function createRedisError(error: unknown): StoreError {
  const { code, message } = describeError(error);
  const [said = ''] = message.split(/,? with args beginning with/);
  const word = Object.keys(ADVICE).find((known) => new RegExp(`\\b${known}\\b`).test(said));
  const advice = word === undefined ? '' : `. ${ADVICE[word]}`;
  const name = code === undefined || said.includes(`${code}`) ? '' : `${code} `;
  return new StoreError(`Redis failed: ${name}${said}${advice}`);
}
