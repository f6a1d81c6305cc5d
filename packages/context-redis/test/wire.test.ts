import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type Handlers, type WebhookOptions } from '@wechat-mp/core';
import { type Cluster, Redis } from 'ioredis';
import * as platform from '../../../test/support/platform.ts';
import { startCluster, startRedis, stopRedis, track, until } from '../../../test/support/redis.ts';

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
  'a single server': async () => {
    const { port } = await startRedis();
    return { ports: [port], client: track(new Redis(port)) };
  },
  Cluster: startCluster,
};

describe.each(Object.entries(kinds))('%s', (_name, start) => {
  let client: Redis | Cluster;
  /** What came over the wire, not what scripts do inside the server. */
  let commands: string[][] = [];
  let inside: string[][] = [];

  beforeAll(async () => {
    const started = await start();
    client = started.client;
    for (const port of started.ports) {
      const monitor = track(await track(new Redis(port)).monitor());
      monitor.on('monitor', (_time: string, args: string[], source: string) => {
        (source === 'lua' ? inside : commands).push(args);
      });
    }
  }, 90_000);

  async function send(content: string, options: Partial<WebhookOptions> = {}): Promise<string> {
    const webhook = createWebhook({ token, ...redisStores(client), ...options }, handlers);
    const { query, body } = platform.plain(
      { token },
      platform.userMessage('text', { Content: content }),
    );
    const response = await webhook.handle({ method: 'POST', query, body: body as string });
    expect(response.status).toBe(200);
    return response.body;
  }

  /** What one message costs, once the server knows the scripts. */
  async function costOf(content: string, options?: Partial<WebhookOptions>): Promise<string[][]> {
    for (const known of ['write', 'nothing']) await send(known, options);
    await settled();
    commands = [];
    inside = [];
    await send(content, options);
    await settled();
    return commands.filter(([, key]) => !key?.startsWith(`${user}:settled`));
  }

  /** MONITOR may tell of a command after its answer: once it tells of this one, it told of all. */
  async function settled(): Promise<void> {
    const mark = `${user}:settled:${Math.random()}`;
    await client.get(mark);
    await until(async () => {
      await client.get(`${user}:settled`);
      return commands.some(([, key]) => key === mark);
    });
  }

  it.each([
    ['changes the context', 'write', 'serial'],
    ['reads the context', 'read', 'serial'],
    ['never touches it', 'nothing', 'serial'],
    ['changes the context', 'write', 'parallel'],
    ['never touches it', 'nothing', 'parallel'],
  ] as const)('a message that %s (%s, %s) costs two round trips', async (_, content, ordering) => {
    const cost = await costOf(content, { ordering });
    expect(cost.map(([name]) => name)).toEqual(['evalsha', 'evalsha']);
  });

  it.each(['nothing', 'read'])('a message that does %s writes no context', async (content) => {
    await costOf(content);
    const written = inside.filter(
      ([name, key]) => name?.toLowerCase() === 'set' && key?.endsWith(':context'),
    );
    expect(written).toEqual([]);
  });

  it('keeps both keys of a user in one slot, under the prefix, with a time to live', async () => {
    await send('write', { ...redisStores(client, { prefix: 'bot-a:' }), contextAge: 600 });
    const key = `bot-a:${user}:context`;
    const ttl = await client.pttl(key);
    expect(ttl).toBeGreaterThan(595_000);
    expect(ttl).toBeLessThanOrEqual(600_000);
    expect(await client.exists(`bot-a:${user}:lock`)).toBe(0);
    await redisStores(client, { prefix: 'bot-a:' }).contexts.load(
      { account: 'default', openid: platform.OPENID },
      { owner: 'me', lease: 5000 },
    );
    expect(await client.pttl(`bot-a:${user}:lock`)).toBeGreaterThan(4000);
  });
});
