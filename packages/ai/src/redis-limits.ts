import { createHash } from 'node:crypto';
import { describeError, InvalidArgumentError, StoreError } from '@wechat-mp/core';
import { checkMilliseconds, checkText, type OptionTable, within } from '@wechat-mp/core/stores';
import type { LimitRequest, LimitStore, Refusal } from './limits.ts';
import { readKnown } from './options.ts';

/** The methods used of ioredis, either `Redis` or `Cluster`. */
export interface LimitRedis {
  evalsha(sha1: string, keyCount: number, ...args: (string | number)[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...args: (string | number)[]): Promise<unknown>;
}

/**
 * Three keys for each scope: the questions of the last minute, the runs with the end of their
 * lease, the cost of the day. ARGV: step, run, cost, now, maxRun, and for each scope perMinute,
 * concurrent, daily (-1 for none).
 */
const SCRIPT = `
local step, id, cost, now, maxRun = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local scopes = #KEYS / 3
if step == 'release' then
  for scope = 0, scopes - 1 do
    redis.call('ZREM', KEYS[scope * 3 + 2], id)
    redis.call('INCRBYFLOAT', KEYS[scope * 3 + 3], cost)
    redis.call('EXPIRE', KEYS[scope * 3 + 3], 172800)
  end
  return false
end
for scope = 0, scopes - 1 do
  local asked, runs, spent = KEYS[scope * 3 + 1], KEYS[scope * 3 + 2], KEYS[scope * 3 + 3]
  local perMinute = tonumber(ARGV[6 + scope * 3])
  local concurrent = tonumber(ARGV[7 + scope * 3])
  local daily = tonumber(ARGV[8 + scope * 3])
  redis.call('ZREMRANGEBYSCORE', asked, '-inf', now - 60000)
  redis.call('ZREMRANGEBYSCORE', runs, '-inf', now)
  if perMinute >= 0 and redis.call('ZCARD', asked) >= perMinute then return { scope, 'perMinute' } end
  if concurrent >= 0 and redis.call('ZCARD', runs) >= concurrent then return { scope, 'concurrent' } end
  if daily >= 0 and tonumber(redis.call('GET', spent) or '0') >= daily then return { scope, 'daily' } end
end
for scope = 0, scopes - 1 do
  local asked, runs = KEYS[scope * 3 + 1], KEYS[scope * 3 + 2]
  redis.call('ZADD', asked, now, id)
  redis.call('PEXPIRE', asked, 60000)
  redis.call('ZADD', runs, now + maxRun, id)
  redis.call('PEXPIRE', runs, maxRun)
end
return false
`;
const SHA1 = createHash('sha1').update(SCRIPT).digest('hex');

export interface RedisLimitsOptions {
  /** Prefix of all keys. Default: `wechat:limits:`. */
  prefix?: string | undefined;
  /** Milliseconds to wait for Redis. Default: 3000. */
  timeout?: number | undefined;
}

const REDIS_OPTIONS = {
  prefix: { initial: 'wechat:limits:', check: checkText },
  timeout: { initial: 3000, check: checkMilliseconds },
} satisfies OptionTable<RedisLimitsOptions>;

/**
 * Creates a store for limits in Redis, shared by several processes. All keys of an account are in
 * one slot of a cluster.
 *
 * @example
 * createLimits({ store: redisLimitStore(redis), user: { perMinute: 6 } })
 * @throws {InvalidArgumentError} when it is no ioredis client
 */
export function redisLimitStore(redis: LimitRedis, options: RedisLimitsOptions = {}): LimitStore {
  const { prefix, timeout } = readKnown('the options of redisLimitStore', REDIS_OPTIONS, options);
  if (typeof redis?.evalsha !== 'function') {
    throw new InvalidArgumentError('redisLimitStore needs a Redis or Cluster of ioredis');
  }

  async function evaluate(keys: string[], args: (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(SHA1, keys.length, ...keys, ...args);
    } catch (error) {
      if (!describeError(error).message.includes('NOSCRIPT')) throw error;
      return redis.eval(SCRIPT, keys.length, ...keys, ...args);
    }
  }

  async function run(step: string, request: LimitRequest, cost: number): Promise<unknown> {
    const { scopes, id, now, maxRun, day } = request;
    const keys = scopes.flatMap(({ key }) =>
      [`${key}:asked`, `${key}:runs`, `${key}:spent:${day}`].map((name) => prefix + name),
    );
    const rates = scopes.flatMap(({ rates: { perMinute = -1, concurrent = -1, daily = -1 } }) => [
      perMinute,
      concurrent,
      daily,
    ]);
    let answered: { value: unknown } | undefined;
    try {
      answered = await within(evaluate(keys, [step, id, cost, now, maxRun, ...rates]), timeout);
    } catch (error) {
      // The driver's error has the command with its arguments.
      throw new StoreError(
        `Redis failed for the limits: ${describeError(error).message.slice(0, 80)}`,
      );
    }
    if (!answered) throw new StoreError(`Redis did not answer within ${timeout} ms`);
    return answered.value;
  }

  return {
    async acquire(request) {
      const refused = await run('acquire', request, 0);
      if (!Array.isArray(refused)) return undefined;
      const [scope, refusal] = refused as [number | string, string];
      return { scope: Number(scope), refusal: refusal as Refusal };
    },
    async release(request, cost) {
      await run('release', request, cost);
    },
  };
}
