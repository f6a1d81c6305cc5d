/** Failures of Redis, or of a process, at the worst moment of a run. */
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import {
  createWebhook,
  type Handler,
  MemoryContextStore,
  type WebhookOptions,
  type WebhookResponse,
} from '@wechat-mp/core';
import { Redis } from 'ioredis';
import { ManualClock } from '../../../test/support/clock.ts';
import * as platform from '../../../test/support/platform.ts';
import { startRedis, stopRedis, track, trackWebhook, until } from '../../../test/support/redis.ts';

afterAll(stopRedis);

const connect = (port: number, name = 'bot') =>
  track(
    new Redis(port, {
      connectionName: name,
      retryStrategy: () => 50,
      maxRetriesPerRequest: 1,
      disconnectTimeout: 50,
    }),
  );

/** One process of a bot; several of them share a server. */
function bot(redis: Redis, handler: Handler, options: Partial<WebhookOptions> = {}) {
  const lines: string[] = [];
  const told = (_details: object, message: string) => {
    lines.push(message);
  };
  const logger = { error: told, warn: told, info: () => {}, debug: () => {} };
  const stores = redisStores(redis, { timeout: 60_000 });
  const webhook = trackWebhook(
    createWebhook({ token: 'T0KEN', logger, ...stores, ...options }, handler),
  );
  const send = (fields: platform.WireFields, signal?: AbortSignal): Promise<WebhookResponse> =>
    webhook.handle({ ...platform.plain({ token: 'T0KEN' }, fields), signal });
  return { send, lines };
}
const greeting = () => platform.userMessage('text', { Content: 'hi' });

/** A handler that answers when it is let go. */
function createSlowHandler() {
  const handler = { runs: 0, letGo: () => {}, handle: async () => 'the answer' };
  const gate = new Promise<void>((resolve) => {
    handler.letGo = resolve;
  });
  handler.handle = async () => {
    handler.runs += 1;
    await gate;
    return 'the answer';
  };
  return handler;
}

/** Delivers a message whose handler is slow, and hangs up once it runs. */
async function deliverAndLeave(
  { send }: Pick<ReturnType<typeof bot>, 'send'>,
  message: platform.WireFields,
  isRunning: () => boolean,
): Promise<void> {
  const gone = new AbortController();
  const left = send(message, gone.signal);
  await until(isRunning);
  gone.abort();
  expect((await left).body).toBe('success');
}

/** Counts the scripts that a client has run, or is about to. */
function countScripts(redis: Redis): () => number {
  const { calls } = jest.spyOn(redis, 'evalsha').mock;
  return () => calls.length;
}

describe('Redis down between claim and finish', () => {
  it('leaves the run to answer its own delivery, with a warning', async () => {
    const server = await startRedis();
    const { send, lines } = bot(connect(server.port), async () => {
      await server.kill();
      return 'the answer';
    });
    expect((await send(greeting())).body).toContain('the answer');
    expect(lines).toEqual(['could not store the end of a run']);
  });

  it('does not cost the answer its window when Redis is only slow', async () => {
    const server = await startRedis();
    const redis = connect(server.port);
    const scripts = countScripts(redis);
    const clock = new ManualClock();
    const handler: Handler = () => {
      server.pause();
      return 'the answer';
    };
    const answer = bot(redis, handler, { clock, maxDeliveries: 1 }).send(greeting());
    await until(() => scripts() >= 2);
    // A store that is slow is waited for a little longer, but not until the platform hangs up.
    await clock.advance(4900);
    expect((await answer).body).toContain('the answer');
    server.resume();
  });

  it('loses no reply that is to be pushed', async () => {
    const server = await startRedis();
    const pushed: unknown[] = [];
    const send = async (_openid: string, reply: unknown) => pushed.push(reply);
    const slow = createSlowHandler();
    const clock = new ManualClock();
    const { send: deliver } = bot(connect(server.port), slow.handle, {
      clock,
      maxDeliveries: 1,
      client: { message: { custom: { send } } },
    });
    const answer = deliver(greeting());
    await until(() => slow.runs === 1);
    await clock.advance(4500);
    expect((await answer).body).toBe('success');
    await server.kill();
    slow.letGo();
    // For a minute or two Redis is asked again.
    await until(async () => {
      await clock.advance(500);
      return pushed.length > 0;
    });
    expect(pushed).toEqual([{ type: 'text', content: 'the answer' }]);
  });
});

describe('two processes', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('a delivery waits for the run of the other process, and costs Redis nothing meanwhile', async () => {
    const { port } = await startRedis();
    const slow = createSlowHandler();
    const message = greeting();
    await deliverAndLeave(bot(connect(port), slow.handle), message, () => slow.runs === 1);

    const sent = jest.spyOn(Redis.prototype, 'sendCommand').mock;
    // What is sent before there is a connection comes again.
    const commands = () => {
      const connections = sent.contexts as unknown[] as Redis[];
      const isSecond = (index: number) => connections[index]?.options.connectionName === 'second';
      const ours = sent.calls.filter((_, index) => isSecond(index)).map(([command]) => command);
      return [...new Set(ours)];
    };
    const names = () => commands().map(({ name }) => name);
    // Only what is waited for stands still.
    jest.useFakeTimers({
      doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'],
    });
    const answer = bot(connect(port, 'second'), slow.handle).send(message);
    // It has claimed, listened, and looks whether the run ended before it listened.
    await until(() => names().filter((name) => name === 'evalsha').length === 2);
    let before: string[] = [];
    await until(async () => {
      before = names();
      await Promise.allSettled(commands().map(({ promise }) => promise));
      await new Promise((resolve) => setImmediate(resolve));
      return names().length === before.length;
    });
    expect(before).toContain('subscribe');
    await jest.advanceTimersByTimeAsync(2000);
    expect(names()).toEqual(before);
    slow.letGo();
    expect((await answer).body).toContain('the answer');
    expect(slow.runs).toBe(1);
  });

  it('a delivery that cannot listen looks by itself', async () => {
    const { port } = await startRedis();
    const slow = createSlowHandler();
    const message = greeting();
    await deliverAndLeave(bot(connect(port), slow.handle), message, () => slow.runs === 1);
    const deaf = connect(port);
    const scripts = countScripts(deaf);
    Object.assign(deaf, {
      duplicate: () => ({
        on: () => {},
        disconnect: () => {},
        subscribe: () => Promise.reject(new Error('NOPERM')),
        unsubscribe: () => Promise.resolve(),
      }),
    });
    const answer = bot(deaf, slow.handle).send(message);
    await until(() => scripts() >= 2);
    slow.letGo();
    expect((await answer).body).toContain('the answer');
    expect(slow.runs).toBe(1);
  });

  it('a run whose process stopped is started again by the delivery that waits for it, at the end of its lease', async () => {
    const { port } = await startRedis();
    const runs: string[] = [];
    const message = greeting();
    const stopped = bot(
      connect(port),
      async () => {
        runs.push('stopped');
        await new Promise(() => {});
      },
      // Its claim is never renewed, as if the process were gone.
      { replyWindow: 1000, deliveries: withoutRenewal(port) },
    );
    await deliverAndLeave(stopped, message, () => runs.length === 1);
    const redis = connect(port);
    const scripts = countScripts(redis);
    const handler: Handler = (_message, { delivery }) => {
      runs.push('next');
      return `attempt ${delivery.attempt}`;
    };
    // So long that only the end of the lease can be what it waits for.
    const next = bot(redis, handler, { replyWindow: 4900 });
    expect((await next.send(message)).body).toContain('attempt 2');
    expect(runs).toEqual(['stopped', 'next']);
    // It knows when the lease ends: it looks then, not again and again.
    expect(scripts()).toBeLessThanOrEqual(7);
  });

  it('two deliveries with different bodies are one message: the first counts, and a warning says so', async () => {
    const { port } = await startRedis();
    const handler: Handler = ({ raw }) => (raw.includes('other') ? 'other' : 'first');
    const [first, second] = [bot(connect(port), handler), bot(connect(port), handler)];
    const message = greeting();
    expect((await first.send(message)).body).toContain('first');
    expect((await second.send({ ...message, Content: 'other' })).body).toContain('first');
    expect(second.lines).toEqual(['two deliveries of a message differ; using the first one']);
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
  const { send } = bot(connect(port), handler, { contexts });
  const message = greeting();
  expect((await send(message)).body).toContain('step 1');
  expect((await send(message)).body).toContain('step 1');
  expect((await send(greeting())).body).toContain('step 2');
});

it('the rest of a long text is held once, though the lock cannot be released', async () => {
  const redis = connect((await startRedis()).port);
  const { contexts, deliveries } = redisStores(redis, { timeout: 60_000 });
  const releasing = jest.spyOn(contexts, 'release');
  releasing.mockRejectedValueOnce(new Error('it took too long'));
  const long = ['一', '二'].map((word) => `${word.repeat(599)}。`).join('');
  const { send } = bot(redis, () => long, { contexts, deliveries, lateReply: 'hold' });
  expect((await send(greeting())).body).toContain(long.slice(0, 600));
  expect(releasing).toHaveBeenCalled();
  // It would be held again at once.
  await new Promise((resolve) => void setTimeout(resolve, 200));
  const user = { account: 'default', openid: platform.OPENID };
  expect(await deliveries.takeHeld(user)).toEqual([
    JSON.stringify({ type: 'text', content: long.slice(600) }),
  ]);
});

/** The deliveries of a process that died: nobody renews what it claimed. */
function withoutRenewal(port: number) {
  const { deliveries } = redisStores(connect(port));
  return Object.assign(deliveries, { renew: async () => 'renewed' as const });
}
