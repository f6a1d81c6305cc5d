/** A Redis user with few rights: the documented ones are enough, and missing ones are reported. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type Handler, type Reply, type WebhookOptions } from '@wechat-mp/core';
import { contextStoreContract } from '@wechat-mp/core/context-store-contract';
import { deliveryStoreContract } from '@wechat-mp/core/delivery-store-contract';
import { tokenStoreContract } from '@wechat-mp/core/token-store-contract';
import { Cluster, Redis } from 'ioredis';
import * as platform from '../../../test/support/platform.ts';
import {
  startCluster,
  startRedis,
  stopRedis,
  track,
  trackWebhook,
  until,
} from '../../../test/support/redis.ts';

afterAll(stopRedis);

/** The rule of a page of docs, without the command and the password. */
function readRule(page: string): string[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  return (/ACL SETUSER bot on >PASSWORD (.*)/.exec(text)?.[1] ?? 'none').split(' ');
}
const documented = readRule('context.md');
const login = { username: 'bot', password: 'pw' };
const allow = (redis: Redis, rights: readonly string[]) =>
  redis.call('ACL', 'SETUSER', 'bot', 'reset', 'on', '>pw', ...rights);

/** Connects as a user with these rights. */
async function connectWith(rights: readonly string[]): Promise<Redis> {
  const { port } = await startRedis();
  await allow(track(new Redis(port)), rights);
  return track(new Redis(port, login));
}

it('both languages of the docs give the same rights', () => {
  expect(readRule('context.zh-CN.md')).toEqual(documented);
});

const clients = {
  'a single server': () => connectWith(documented),
  Cluster: async () => {
    const { ports } = await startCluster();
    for (const port of ports) await allow(track(new Redis(port)), documented);
    const nodes = ports.map((port) => ({ host: '127.0.0.1', port }));
    return track(new Cluster(nodes, { redisOptions: login }));
  },
};

describe.each(Object.entries(clients))(
  'the rights that docs give, on %s, are enough',
  (_, start) => {
    let redis: Redis | Cluster;
    beforeAll(async () => {
      redis = await start();
    });
    it.each(contextStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_name, run) =>
      run(redisStores(redis).contexts),
    );
    it.each(deliveryStoreContract.map(({ name, run }) => [name, run] as const))(
      '%s',
      (_name, run) => run(redisStores(redis).deliveries),
    );
    it.each(tokenStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_name, run) =>
      run(redisStores(redis).tokens),
    );
  },
);

describe('without a right to any channel', () => {
  let redis: Redis;
  const lines: string[] = [];
  beforeAll(async () => {
    redis = await connectWith(['~wechat:*', '+@all', '-@dangerous', '+info']);
  });

  it('neither publishing nor listening is allowed', async () => {
    await expect(redis.publish('wechat:any', '')).rejects.toThrow('NOPERM');
    await expect(track(redis.duplicate()).subscribe('wechat:any')).rejects.toThrow('NOPERM');
  });

  /** One process of a bot. */
  function bot(handler: Handler, options: Partial<WebhookOptions> = {}) {
    const told = (_: object, message: string) => void lines.push(message);
    const logger = { error: told, warn: told, info: () => {}, debug: () => {} };
    const stores = redisStores(redis);
    const webhook = trackWebhook(
      createWebhook({ token: 'T0KEN', logger, ...stores, ...options }, handler),
    );
    return (fields: platform.WireFields, signal?: AbortSignal) =>
      webhook.handle({ ...platform.plain({ token: 'T0KEN' }, fields), signal });
  }

  it('a late reply is sent, once', async () => {
    let end: ((answer: string) => void) | undefined;
    const pushed: Reply[] = [];
    const send = async (_openid: string, reply: Reply) => void pushed.push(reply);
    const deliver = bot(() => new Promise<string>((resolve) => (end = resolve)), {
      client: { message: { custom: { send } } },
      replyWindow: 10,
      maxDeliveries: 1,
    });
    const fields = platform.userMessage('text', { Content: 'hi' });
    expect((await deliver(fields)).body).toBe('success');
    expect((await deliver(fields)).body).toBe('success');
    end?.('the answer');
    await until(() => pushed.length > 0);
    expect(pushed).toEqual([{ type: 'text', content: 'the answer' }]);
    expect(lines).toEqual([]);
  });

  it('a delivery in another process gets the reply', async () => {
    let end: ((answer: string) => void) | undefined;
    const first = bot(() => new Promise<string>((resolve) => (end = resolve)));
    const second = bot(() => 'another answer');
    const fields = platform.userMessage('text', { Content: 'hi' });
    const gone = new AbortController();
    const left = first(fields, gone.signal);
    await until(() => end !== undefined);
    gone.abort();
    expect((await left).body).toBe('success');
    const answer = second(fields);
    end?.('the answer');
    expect((await answer).body).toContain('the answer');
    expect(lines).toEqual([]);
  });

  it('a stream is interrupted by a message to the same process', async () => {
    const aborted: boolean[] = [];
    const deliver = bot(
      async function* stream(message, { signal }) {
        if (message.type === 'text' && message.content === 'stop') return;
        yield 'so far';
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        aborted.push(true);
      },
      { interruptBy: 'stop', ordering: 'parallel' },
    );
    const streaming = deliver(platform.userMessage('text', { Content: 'go' }));
    await until(async () => {
      await deliver(platform.userMessage('text', { Content: 'stop' }));
      return aborted.length > 0;
    });
    expect((await streaming).body).toContain('so far');
    expect(lines).toEqual([]);
  });
});

it.each([
  ['no key', ['&*', '+@all'], /NOPERM.*\+@scripting/],
  ['no script', ['~*', '&*', '+@all', '-evalsha'], /NOPERM.*evalsha.*\+@scripting/],
])('for a user who may use %s, the error says what to do', async (_, rights, says) => {
  const { contexts, tokens } = redisStores(await connectWith(rights));
  const user = { account: 'wx1', openid: 'o1' };
  for (const work of [contexts.load(user, { owner: 'me', lease: 1 }), tokens.lock('wx1', 1)]) {
    await expect(work).rejects.toMatchObject({ code: 'WECHAT_STORE', message: says });
  }
});
