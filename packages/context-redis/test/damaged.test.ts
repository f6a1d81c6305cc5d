/** Another program writes under our keys: the content is not reported, and the bot goes on. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type Reply } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { UnofficialClient } from '@wechat-mp/core/unofficial';
import { Redis } from 'ioredis';
import * as platform from '../../../test/support/platform.ts';
import { startRedis, stopRedis, track } from '../../../test/support/redis.ts';

const escaped: unknown[] = [];
process.on('unhandledRejection', (error) => escaped.push(error));
let redis: Redis;
beforeAll(async () => {
  redis = track(new Redis((await startRedis()).port));
});
beforeEach(() => redis.flushall());
afterAll(stopRedis);

const FOREIGN = 'ZQ what another program keeps';
const lines: string[] = [];
const told = (details: object, message: string) =>
  void lines.push(`${message} ${inspect(details, { depth: Number.POSITIVE_INFINITY })}`);
const logger = { error: told, warn: told, info: told, debug: told };

/** Writes something else under a key, in the type that is expected there and in another. */
const DAMAGE: Record<string, (key: string) => Promise<unknown>> = {
  'a text': (key) => redis.set(key, FOREIGN),
  'a text that is JSON': (key) => redis.set(key, JSON.stringify([FOREIGN])),
  'a list': (key) => redis.rpush(key, FOREIGN, '{"type":"text"', '42', 'null'),
  'a hash': (key) =>
    redis.hset(key, {
      owner: FOREIGN,
      until: FOREIGN,
      attempts: FOREIGN,
      outcome: FOREIGN,
      token: FOREIGN,
      lock: FOREIGN,
      [FOREIGN]: FOREIGN,
    }),
  'a sorted set': (key) => redis.zadd(key, 1, `default ${FOREIGN}`),
};

/** Returns all keys after everything was written once. */
async function keysOfAll(): Promise<string[]> {
  await use('a message');
  const { deliveries } = redisStores(redis);
  const user = { account: 'default', openid: platform.OPENID };
  await deliveries.hold(user, '{"type":"text","content":"held"}', 60_000);
  await deliveries.runRegistry?.write(
    { ...user, key: 'k' },
    { account: 'default', owner: 'me', message: '<xml/>' },
    60_000,
  );
  return (await redis.keys('*')).sort();
}

const fields = platform.userMessage('text', { Content: 'hi' });

/** Has every store read and written; gives the statuses of two messages. */
async function use(content: string): Promise<number[]> {
  const stores = redisStores(redis);
  const handler = () => 'the answer';
  const options = { token: 'T0KEN', logger, ...stores, lateReply: 'hold' } as const;
  const webhook = createWebhook(options, (_message, { context }) => {
    context.set('step', context.get('step', 0) + 1);
    return handler();
  });
  const statuses: number[] = [];
  for (const message of [fields, platform.userMessage('text', { Content: content })]) {
    statuses.push((await webhook.handle(platform.plain({ token: 'T0KEN' }, message))).status);
  }
  const closed = { baseUrl: 'http://127.0.0.1:1', logger, retry: 0 };
  const official = new OfficialClient({ appid: 'wx1', appsecret: 's', ...closed, ...stores });
  const unofficial = new UnofficialClient({ username: 'me', ...closed, ...stores });
  const errors = await Promise.allSettled([
    official.accessToken.get(),
    unofficial.getUserList(),
    stores.sessions.set('http://127.0.0.1:1 me', 'a session'),
    stores.deliveries.runRegistry?.takeExpired(() => true, 10),
  ]);
  for (const error of errors) lines.push(inspect(error, { depth: Number.POSITIVE_INFINITY }));
  return statuses;
}

describe.each(Object.entries(DAMAGE))('%s in place of what a store keeps', (_, damage) => {
  it('is a 503 or ignored, and its content is never reported', async () => {
    const keys = await keysOfAll();
    expect(keys.length).toBeGreaterThanOrEqual(7);
    for (const key of keys) {
      await redis.flushall();
      await damage(key);
      lines.length = 0;
      for (const status of await use('again')) expect([200, 503]).toContain(status);
      expect(lines.filter((line) => line.includes('ZQ'))).toEqual([]);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(escaped).toEqual([]);
  });
});

it('held replies that can be read are shown, beside those that cannot', async () => {
  const stores = redisStores(redis);
  const user = { account: 'default', openid: platform.OPENID };
  const held: Reply = { type: 'text', content: 'held' };
  for (const text of [FOREIGN, '42', 'null', '{}', JSON.stringify(held)]) {
    await stores.deliveries.hold(user, text, 60_000);
  }
  const options = { token: 'T0KEN', logger, ...stores, lateReply: 'hold' } as const;
  const webhook = createWebhook(options, () => 'the answer');
  const message = platform.userMessage('text', { Content: 'hi' });
  const { body } = await webhook.handle(platform.plain({ token: 'T0KEN' }, message));
  expect(body).toMatch(/held\s+the answer/);
});
