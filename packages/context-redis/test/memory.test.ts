import { afterAll, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { Redis } from 'ioredis';
import { startRedis, stopRedis, track } from '../../../test/support/redis.ts';

afterAll(stopRedis);

it('100 000 contexts cost at most 400 bytes each beyond their JSON, and all expire', async () => {
  const redis = track(new Redis((await startRedis()).port));
  const { contexts } = redisStores(redis, { timeout: 30_000 });
  const json = JSON.stringify({
    step: 12,
    lastText: '你好，我想查一下昨天的订单',
    cart: ['a1', 'b2'],
  });
  const users = 100_000;
  for (let done = 0; done < users; done += 1000) {
    await Promise.all(
      Array.from({ length: 1000 }, (_, next) => {
        const openid = `o9AgO5Kd5ggOC-bXrbN${String(done + next).padStart(9, '0')}`;
        const user = { account: 'gh_97417a04a28d', openid };
        return contexts.save(user, { version: 1, json }, { milliseconds: 7_200_000, replaces: 0 });
      }),
    );
  }
  expect(await redis.dbsize()).toBe(users);

  let [largest, cursor, forEver] = [0, '0', 0];
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', 5000);
    cursor = next;
    const pipeline = redis.pipeline();
    for (const key of keys) pipeline.memory('USAGE', key).pttl(key);
    const answers = ((await pipeline.exec()) ?? []).map(([, value]) => Number(value));
    for (let index = 0; index < answers.length; index += 2) {
      largest = Math.max(largest, answers[index] as number);
      if ((answers[index + 1] as number) <= 0) forEver += 1;
    }
  } while (cursor !== '0');
  const beyond = largest - Buffer.byteLength(json);
  console.log(
    `a context of ${Buffer.byteLength(json)} bytes costs ${beyond} more at most (MEMORY USAGE)`,
  );
  expect(beyond).toBeLessThanOrEqual(400);
  expect(forEver).toBe(0);
}, 60_000);

it('a context is gone when its time is over', async () => {
  const redis = track(new Redis((await startRedis()).port));
  const { contexts } = redisStores(redis, { timeout: 30_000 });
  const user = { account: 'gh_1', openid: 'o1' };
  await contexts.save(user, { version: 1, json: '{}' }, { milliseconds: 30, replaces: 0 });
  const [key] = await redis.keys('*');
  expect(await redis.pttl(key as string)).toBeLessThanOrEqual(30);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await redis.exists(key as string)).toBe(0);
});
