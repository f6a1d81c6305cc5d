/** Sentinel takes seconds to find a new master; what a bot does meanwhile, and then. */
import { afterAll, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook } from '@wechat-mp/core';
import * as platform from '../support/platform.ts';
import { startSentinel, stopRedis, until } from '../support/redis.ts';

afterAll(stopRedis);

it('a delivery is refused during a failover by Sentinel, and finds its context after it', async () => {
  const { master, client } = await startSentinel();
  const steps: number[] = [];
  const lines: string[] = [];
  const told = (_details: object, message: string) => void lines.push(message);
  const logger = { error: told, warn: told, info: () => {}, debug: () => {} };
  const webhook = createWebhook(
    { token: 'T0KEN', logger, ...redisStores(client, { timeout: 400 }) },
    {
      text: (_message, { context }) => {
        const step = context.get('step', 0);
        steps.push(step);
        context.set('step', step + 1);
      },
    },
  );
  const send = async () => {
    const message = platform.userMessage('text', { Content: 'hi' });
    return (await webhook.handle(platform.plain({ token: 'T0KEN' }, message))).status;
  };
  expect(await send()).toBe(200);
  await until(async () => (await client.wait(1, 1000)) === 1);
  await master.kill();
  await until(async () => (await send()) === 200);
  expect(steps).toEqual([0, 1]);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/could not answer a delivery/);
});
