/** What becomes of a run when Redis, or its process, fails at the worst moment. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import {
  createWebhook,
  type Handler,
  MemoryContextStore,
  type WebhookOptions,
  type WebhookResponse,
} from '@wechat-mp/core';
import { Redis } from 'ioredis';
import * as platform from '../../../test/support/platform.ts';
import {
  type RedisServer,
  startRedis,
  stopRedis,
  track,
  until,
} from '../../../test/support/redis.ts';

afterAll(stopRedis);

const connect = (port: number) => track(new Redis(port, { retryStrategy: () => 50 }));

/** One process of a bot; several of them share a server. */
function bot(port: number, handler: Handler, options: Partial<WebhookOptions> = {}) {
  const lines: string[] = [];
  const told = (_details: object, message: string) => {
    lines.push(message);
  };
  const logger = { error: told, warn: told, info: () => {}, debug: () => {} };
  const stores = redisStores(connect(port), { timeout: 300 });
  const webhook = createWebhook({ token: 'T0KEN', logger, ...stores, ...options }, handler);
  const send = (fields: platform.WireFields, signal?: AbortSignal): Promise<WebhookResponse> =>
    webhook.handle({ ...platform.plain({ token: 'T0KEN' }, fields), signal });
  return { send, lines };
}
const greeting = () => platform.userMessage('text', { Content: 'hi' });

describe('Redis gone between claim and finish', () => {
  const goneMeanwhile =
    (server: RedisServer): Handler =>
    async () => {
      await server.kill();
      return 'the answer';
    };

  it('leaves the run to answer its own delivery, with a warning', async () => {
    const server = await startRedis();
    const { send, lines } = bot(server.port, goneMeanwhile(server));
    expect((await send(greeting())).body).toContain('the answer');
    expect(lines).toEqual(['the end of a run could not be stored']);
  });

  it('does not cost the answer its window when Redis is only slow', async () => {
    const server = await startRedis();
    const handler: Handler = () => {
      server.pause();
      return 'the answer';
    };
    const stores = redisStores(connect(server.port), { timeout: 60_000 });
    const { send } = bot(server.port, handler, { ...stores, replyWindow: 200, maxDeliveries: 1 });
    expect((await send(greeting())).body).toContain('the answer');
    server.resume();
  });

  it('loses no reply that is to be pushed', async () => {
    const server = await startRedis();
    const pushed: unknown[] = [];
    const send = async (_openid: string, reply: unknown) => pushed.push(reply);
    const handler: Handler = async () => {
      await pause(200);
      await server.kill();
      return 'the answer';
    };
    const options = {
      replyWindow: 100,
      maxDeliveries: 1,
      client: { message: { custom: { send } } },
    } as const;
    const { send: deliver } = bot(server.port, handler, options);
    expect((await deliver(greeting())).body).toBe('success');
    await until(async () => pushed.length > 0);
    expect(pushed).toEqual([{ type: 'text', content: 'the answer' }]);
  });
});

describe('two processes', () => {
  it('a delivery waits for the run of the other process, and costs Redis nothing meanwhile', async () => {
    const { port } = await startRedis();
    let runs = 0;
    const handler: Handler = async () => {
      runs += 1;
      await pause(1200);
      return 'the answer';
    };
    const [first, second] = [bot(port, handler), bot(port, handler)];
    const message = greeting();
    const gone = new AbortController();
    const left = first.send(message, gone.signal);
    await pause(100);
    gone.abort();
    expect((await left).body).toBe('success');
    const answer = second.send(message);
    await pause(200);
    const commands: string[] = [];
    const monitor = track(await track(new Redis(port)).monitor());
    monitor.on('monitor', (_time: string, [name]: string[], source: string) => {
      if (source !== 'lua') commands.push(`${name}`);
    });
    await pause(500);
    expect(commands).toEqual([]);
    expect((await answer).body).toContain('the answer');
    expect(runs).toBe(1);
  });

  it('a delivery that cannot listen looks by itself', async () => {
    const { port } = await startRedis();
    const handler: Handler = async () => {
      await pause(300);
      return 'the answer';
    };
    const first = bot(port, handler);
    const deaf = connect(port);
    Object.assign(deaf, {
      duplicate: () => ({
        on: () => {},
        disconnect: () => {},
        subscribe: () => Promise.reject(new Error('NOPERM')),
        unsubscribe: () => Promise.resolve(),
      }),
    });
    const second = bot(port, handler, redisStores(deaf));
    const message = greeting();
    const gone = new AbortController();
    void first.send(message, gone.signal);
    await pause(50);
    gone.abort();
    expect((await second.send(message)).body).toContain('the answer');
  });

  it('a run whose process stopped is started again by the next delivery, at once when its lease is over', async () => {
    const { port } = await startRedis();
    const runs: string[] = [];
    const options = { replyWindow: 1000 };
    const stopped = bot(
      port,
      async () => {
        runs.push('stopped');
        await new Promise(() => {});
      },
      // Its claim is never renewed, as if the process were gone.
      { ...options, deliveries: withoutRenewal(port) },
    );
    const next = bot(
      port,
      (_message, { delivery }) => {
        runs.push('next');
        return `attempt ${delivery.attempt}`;
      },
      options,
    );
    const message = greeting();
    const gone = new AbortController();
    void stopped.send(message, gone.signal);
    await pause(100);
    gone.abort();
    const started = performance.now();
    expect((await next.send(message)).body).toContain('attempt 2');
    expect(performance.now() - started).toBeLessThan(1400);
    expect(runs).toEqual(['stopped', 'next']);
  });

  it('two deliveries with different bodies are one message: the first counts, and a warning tells', async () => {
    const { port } = await startRedis();
    const handler: Handler = ({ raw }) => (raw.includes('other') ? 'other' : 'first');
    const [first, second] = [bot(port, handler), bot(port, handler)];
    const message = greeting();
    expect((await first.send(message)).body).toContain('first');
    expect((await second.send({ ...message, Content: 'other' })).body).toContain('first');
    expect(second.lines).toEqual(['two deliveries of a message differ: the first one counts']);
  });
});

it('contexts in memory and deliveries in Redis work together', async () => {
  const { port } = await startRedis();
  const contexts = new MemoryContextStore();
  const handler: Handler = (_message, { context }) => {
    const step = context.get('step', 0) + 1;
    context.set('step', step);
    return `step ${step}`;
  };
  const { send } = bot(port, handler, { contexts });
  const message = greeting();
  expect((await send(message)).body).toContain('step 1');
  expect((await send(message)).body).toContain('step 1');
  expect((await send(greeting())).body).toContain('step 2');
});

/** The deliveries of a process that died: nobody renews what it claimed. */
function withoutRenewal(port: number) {
  const { deliveries } = redisStores(connect(port));
  return Object.assign(deliveries, { renew: async () => 'renewed' as const });
}
