/** What Redis keeps of a conversation; `bench/context.ts` has the bytes of memory. */
import { afterAll, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { Redis } from 'ioredis';
import { startRedis, stopRedis, track, until } from '../../../test/support/redis.ts';

afterAll(stopRedis);

it('a context is one short key and its JSON, and all expire', async () => {
  const redis = track(new Redis((await startRedis()).port));
  const { contexts } = redisStores(redis, { timeout: 60_000 });
  const json = JSON.stringify({ step: 12, lastText: '你好，我想查一下昨天的订单' });
  const openids = Array.from({ length: 200 }, (_, user) => `o9AgO5Kd5ggOC-bXrbN${1e8 + user}`);
  await Promise.all(
    openids.map((openid) => {
      const user = { account: 'gh_97417a04a28d', openid };
      return contexts.save(user, { version: 1, json }, { milliseconds: 7_200_000, replaces: 0 });
    }),
  );
  const keys = await redis.keys('*');
  expect(keys).toHaveLength(openids.length);
  for (const key of keys) {
    expect(await redis.type(key)).toBe('string');
    const beyond = key.length + (await redis.strlen(key)) - Buffer.byteLength(json);
    expect(beyond).toBeLessThanOrEqual(100);
    expect(await redis.pttl(key)).toBeGreaterThan(0);
  }
});

it('a context is gone when its time is over', async () => {
  const redis = track(new Redis((await startRedis()).port));
  const { contexts } = redisStores(redis, { timeout: 60_000 });
  const user = { account: 'gh_1', openid: 'o1' };
  const save = (milliseconds: number, replaces: number) =>
    contexts.save(user, { version: replaces + 1, json: '{}' }, { milliseconds, replaces });
  await save(600_000, 0);
  const [key = ''] = await redis.keys('*');
  expect(await redis.pttl(key)).toBeLessThanOrEqual(600_000);
  await save(30, 1);
  await until(async () => (await redis.exists(key)) === 0);
});
