/** A conversation in Redis that is opened without a message, while messages change it in other processes. */
import { afterAll, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type Handler, type Ordering } from '@wechat-mp/core';
import { Redis } from 'ioredis';
import * as platform from '../../../test/support/platform.ts';
import { startRedis, stopRedis, track } from '../../../test/support/redis.ts';

afterAll(stopRedis);

const token = 'T0KEN';
const openid = platform.OPENID;

it.each(['serial', 'parallel'] as Ordering[])('no change is lost: %s', async (ordering) => {
  const { port } = await startRedis();
  const handler: Handler = async ({ id }, { context }) => {
    const step = context.get('step', 0);
    await new Promise((resolve) => setImmediate(resolve));
    if (ordering === 'serial') context.set('step', step + 1);
    context.set(`message ${id}`, true);
  };
  const processes = [1, 2, 3].map(() => {
    const stores = redisStores(track(new Redis(port)), { timeout: 60_000 });
    return createWebhook({ token, ordering, ...stores }, handler);
  });
  const work = processes.flatMap((webhook, name) =>
    Array.from({ length: 5 }, (_, turn) => {
      const message = platform.plain({ token }, platform.userMessage('text', { Content: 'hi' }));
      const opened = webhook.withContext(openid, async (context) => {
        const step = context.get('step', 0);
        await new Promise((resolve) => setImmediate(resolve));
        if (ordering === 'serial') context.set('step', step + 1);
        context.set(`opened ${name} ${turn}`, true);
      });
      return Promise.all([webhook.handle(message), opened]);
    }),
  );
  await Promise.all(work);
  const [webhook] = processes as [(typeof processes)[0]];
  const { step, ...others } = await webhook.withContext({ account: 'default', openid }, (context) =>
    Object.fromEntries(context.items()),
  );
  expect(Object.keys(others)).toHaveLength(30);
  expect(step).toBe(ordering === 'serial' ? 30 : undefined);
});

it('the lock is held meanwhile: another process’s message comes after it', async () => {
  const redis = track(new Redis((await startRedis()).port));
  const order: string[] = [];
  const createProcess = () =>
    createWebhook(
      { token, ...redisStores(redis, { timeout: 60_000 }) },
      () => void order.push('message'),
    );
  const [mine, other] = [createProcess(), createProcess()];
  let end = () => {};
  const opened = mine.withContext(openid, async () => {
    order.push('begins');
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    order.push('ends');
  });
  while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const [lock = ''] = await redis.keys('*:lock');
  expect(await redis.pttl(lock)).toBeGreaterThan(0);
  const message = platform.plain({ token }, platform.userMessage('text', { Content: 'hi' }));
  const answered = other.handle(message);
  // It has looked, and found the lock taken.
  while ((await redis.keys('*:delivery:*')).length === 0) await redis.ping();
  end();
  await Promise.all([opened, answered]);
  expect(order).toEqual(['begins', 'ends', 'message']);
  expect(await redis.keys('*:lock')).toEqual([]);
});
