import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, redisStores } from '@wechat-mp/context-redis';
import { InvalidArgumentError, NeedParamError } from '@wechat-mp/core';
import { contextStoreContract } from '@wechat-mp/core/context-store-contract';
import { deliveryStoreContract } from '@wechat-mp/core/delivery-store-contract';
import { tokenStoreContract } from '@wechat-mp/core/token-store-contract';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import {
  startCluster,
  startRedis,
  startSentinel,
  stopRedis,
  track,
} from '../../../test/support/redis.ts';

afterAll(stopRedis);

const servers: Record<string, () => Promise<RedisClient>> = {
  'a single server, ioredis 6': async () => track(new Redis((await startRedis()).port)),
  'a single server, ioredis 5': async () => {
    const client = new Redis5((await startRedis()).port);
    return track(client as unknown as Redis) as unknown as Redis5;
  },
  Sentinel: async () => (await startSentinel()).client,
  Cluster: async () => (await startCluster()).client,
};

describe.each(Object.entries(servers))('stores on %s', (_name, start) => {
  let redis: RedisClient;
  beforeAll(async () => {
    redis = await start();
  });

  it.each(contextStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    run(redisStores(redis).contexts),
  );

  it.each(deliveryStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    run(redisStores(redis).deliveries),
  );

  it.each(tokenStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    run(redisStores(redis).tokens),
  );
});

it('sessions of the back end are kept under their key, and forgotten', async () => {
  const redis = track(new Redis((await startRedis()).port));
  const { sessions } = redisStores(redis);
  expect(await sessions.get('https://mp.weixin.qq.com me')).toBeUndefined();
  await sessions.set('https://mp.weixin.qq.com me', '{"版本":1}');
  await sessions.set('other', 'x');
  expect(await redisStores(redis).sessions.get('https://mp.weixin.qq.com me')).toBe('{"版本":1}');
  expect(await redis.pttl('wechat:session:{other}')).toBeGreaterThan(4 * 24 * 3600_000);
  await sessions.set('other', undefined);
  expect(await sessions.get('other')).toBeUndefined();
});

it('a key of a token that was never had is forgotten within the hour, a refresh token never', async () => {
  const redis = track(new Redis((await startRedis()).port));
  const { tokens } = redisStores(redis);
  const token = { value: 'token', since: 0, expiresAt: 0 };
  const put = async (key: string, kept: object | undefined) =>
    tokens.set(key, kept && { ...token, ...kept }, (await tokens.lock(key, 1000)) as number);
  await put('code', undefined);
  await put('token', {});
  await put('account', { refreshToken: 'refresh' });
  await put('account', undefined);
  const hour = 3600_000;
  expect(await redis.pttl('wechat:token:{code}')).toBeLessThanOrEqual(hour);
  expect(await redis.pttl('wechat:token:{code}')).toBeGreaterThan(0);
  expect(await redis.pttl('wechat:token:{token}')).toBeGreaterThan(29 * 24 * hour);
  expect(await redis.pttl('wechat:token:{account}')).toBe(-1);
});

describe('a mistake is found when the stores are made', () => {
  const client = { evalsha: async () => 0, eval: async () => 0, del: async () => 0 };

  it.each([
    ['no client', undefined, {}, NeedParamError, /a client of ioredis/],
    ['a client of another library', { get: () => {} }, {}, InvalidArgumentError, /evalsha/],
    [
      'a prefix that chooses the slot',
      client,
      { prefix: '{bot}:' },
      InvalidArgumentError,
      /braces/,
    ],
    ['a timeout that is none', client, { timeout: 0 }, InvalidArgumentError, /milliseconds/],
  ])('%s', (_name, redis, options, kind, says) => {
    const make = () => redisStores(redis as never, options);
    expect(make).toThrow(kind);
    expect(make).toThrow(says);
  });
});
