/** The data of a conversation in Redis; `bench/context.ts` has the bytes of memory. */
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

it('how a run ended is kept longer where a process may have to see it that takes its runs up', async () => {
  const redis = track(new Redis((await startRedis()).port));
  const { deliveries } = redisStores(redis, { timeout: 60_000 });
  const outcome = { reply: { type: 'text', content: 'hi' }, time: 1 } as const;
  const runs = {
    quick: [30_000, {}],
    slow: [300_000, { isRenewed: true }],
    parked: [300_000, { answering: 0 }],
    'taken over': [300_000, { isTakenOver: true }],
  } as const;
  for (const [openid, [milliseconds, how]] of Object.entries(runs)) {
    const { isRenewed, isTakenOver, answering } = { answering: 1, ...how } as Partial<
      Record<string, boolean | number>
    >;
    const id = { account: 'gh_1', openid, key: openid };
    const claim = { owner: 'me', lease: 600_000, body: 'body' };
    await deliveries.claim(id, claim);
    if (isTakenOver) await deliveries.claim(id, { ...claim, owner: 'other', expired: 'me' });
    const owner = isTakenOver ? 'other' : 'me';
    if (isRenewed) await deliveries.renew(id, { owner, lease: 600_000 });
    await deliveries.finish(id, { owner, outcome, answering: Number(answering) });
    const [key = ''] = await redis.keys(`*:${openid.replace(' ', '%0020')}}*`);
    const left = await redis.pttl(key);
    expect([openid, left > milliseconds / 2 && left <= milliseconds]).toEqual([openid, true]);
  }
});

it('a context expires', async () => {
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
