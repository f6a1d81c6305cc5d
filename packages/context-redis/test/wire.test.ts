import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type Handlers, type WebhookOptions } from '@wechat-mp/core';
import { type Cluster, Redis } from 'ioredis';
import * as platform from '../../../test/support/platform.ts';
import { startCluster, startRedis, stopRedis, track } from '../../../test/support/redis.ts';

afterAll(stopRedis);

const token = 'T0KEN';
const user = `{default:${platform.OPENID}}`;
const handlers: Handlers = {
  text: ({ content }, { context }) => {
    if (content === 'read') return `${context.get('step', 0)}`;
    if (content === 'write') context.set('step', context.get('step', 0) + 1);
    return 'done';
  },
};

const kinds = {
  'a single server': async () => track(new Redis((await startRedis()).port)),
  Cluster: async () => (await startCluster()).client,
};

/** The commands of every connection of this process, including those to the nodes of a Cluster. */
const sent = jest.spyOn(Redis.prototype, 'sendCommand').mock;
/** The commands about what the stores keep; others keep a connection up. */
const countedCommands = () => {
  const commands = sent.calls.map(([command]) => command);
  const ours = commands.filter(({ args }) => args.some((arg) => String(arg).includes('wechat:')));
  return ours.map(({ name }) => name);
};

describe.each(Object.entries(kinds))('%s', (_name, start) => {
  let client: Redis | Cluster;

  beforeAll(async () => {
    client = await start();
  });

  async function send(content: string, options: Partial<WebhookOptions> = {}): Promise<string> {
    const webhook = createWebhook({ token, ...redisStores(client), ...options }, handlers);
    const delivery = platform.plain({ token }, platform.userMessage('text', { Content: content }));
    const response = await webhook.handle(delivery);
    expect(response.status).toBe(200);
    return response.body;
  }

  it.each([
    ['changes the context', 'write', 'serial'],
    ['reads the context', 'read', 'serial'],
    ['never touches it', 'nothing', 'serial'],
    ['changes the context', 'write', 'parallel'],
    ['never touches it', 'nothing', 'parallel'],
  ] as const)('a message that %s (%s, %s) costs two round trips', async (_, content, ordering) => {
    // Once the server knows the scripts.
    for (const known of ['write', 'nothing']) await send(known, { ordering });
    await client.ping();
    sent.calls.length = 0;
    await send(content, { ordering });
    // Nor does anything follow the answer.
    await client.ping();
    expect(countedCommands()).toEqual(['evalsha', 'evalsha']);
  });

  it.each(['nothing', 'read'])('a message that does %s writes no context', async (content) => {
    await send('write');
    const key = `wechat:${user}:context`;
    const [value, ttl] = [await client.get(key), 600_000];
    // A context that is written has the time to live of contextAge.
    await client.pexpire(key, ttl);
    await send(content, { contextRolling: false });
    expect(await client.get(key)).toBe(value);
    expect(await client.pttl(key)).toBeLessThanOrEqual(ttl);
    // By default its time restarts nevertheless.
    await send(content);
    expect(await client.get(key)).toBe(value);
    expect(await client.pttl(key)).toBeGreaterThan(ttl);
  });

  it('keeps both keys of a user in one slot, under the prefix, with a time to live', async () => {
    await send('write', { ...redisStores(client, { prefix: 'bot-a:' }), contextAge: 600 });
    const key = `bot-a:${user}:context`;
    const ttl = await client.pttl(key);
    expect(ttl).toBeGreaterThan(300_000);
    expect(ttl).toBeLessThanOrEqual(600_000);
    expect(await client.exists(`bot-a:${user}:lock`)).toBe(0);
    await redisStores(client, { prefix: 'bot-a:' }).contexts.load(
      { account: 'default', openid: platform.OPENID },
      { owner: 'me', lease: 600_000 },
    );
    expect(await client.pttl(`bot-a:${user}:lock`)).toBeGreaterThan(300_000);
  });
});

it('what is asked for several messages at once goes out in one piece', async () => {
  const client = track(new Redis((await startRedis()).port));
  const { deliveries } = redisStores(client);
  const claim = (key: string) =>
    deliveries.claim(
      { account: 'default', openid: 'o1', key },
      { owner: key, lease: 1000, body: 'hi' },
    );
  await claim('first');
  const { stream } = client;
  const write = jest.spyOn(stream, '_write' as never);
  const writev = jest.spyOn(stream, '_writev' as never);
  const claimed = await Promise.all(['second', 'third', 'fourth'].map(claim));
  expect(claimed.map(({ state }) => state)).toEqual(['yours', 'yours', 'yours']);
  expect(write).toHaveBeenCalledTimes(0);
  expect(writev).toHaveBeenCalledTimes(1);
});
