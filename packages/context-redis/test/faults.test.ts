import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type WebhookOptions, type WebhookResponse } from '@wechat-mp/core';
import { type Cluster, Redis } from 'ioredis';
import * as platform from '../../../test/support/platform.ts';
import { startCluster, startRedis, stopRedis, track, until } from '../../../test/support/redis.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));
afterAll(stopRedis);

let lines: string[] = [];
/** The step each handler found: a user must never look new because the store is gone. */
let steps: number[] = [];
beforeEach(() => {
  lines = [];
  steps = [];
});
const told = (details: object, message: string) => {
  const error = (details as { err?: Error }).err;
  lines.push(`${message}: ${error?.message}`);
};
const logger = { error: told, warn: told, info: () => {}, debug: () => {} };

/** A store that tries again and again would not end within a window. */
const MOST_COMMANDS = 5;

interface BotOptions extends Partial<WebhookOptions> {
  /** Milliseconds to wait for Redis; so many that none of them decides what happens. */
  timeout?: number | undefined;
}

/** A bot whose handler does `work` between reading and writing the context. */
function bot(redis: Redis | Cluster, work = async () => {}, options: BotOptions = {}) {
  const { timeout = 60_000, ...others } = options;
  const stores = redisStores(redis, { timeout });
  const { calls } = jest.spyOn(redis, 'evalsha').mock;
  const webhook = createWebhook(
    { token: 'T0KEN', logger, ...stores, ...others },
    {
      text: async (_message, { context }) => {
        const step = context.get('step', 0);
        steps.push(step);
        await work();
        context.set('step', step + 1);
        return `step ${step + 1}`;
      },
    },
  );
  return async (): Promise<WebhookResponse> => {
    const delivery = platform.plain(
      { token: 'T0KEN' },
      platform.userMessage('text', { Content: 'hi' }),
    );
    const before = calls.length;
    const response = await webhook.handle(delivery);
    expect(calls.length - before).toBeLessThanOrEqual(MOST_COMMANDS);
    return response;
  };
}

/** Starts something, and waits until it has sent so many commands. */
async function sending<T>(
  redis: Redis,
  count: number,
  start: () => Promise<T>,
): Promise<() => Promise<T>> {
  const { calls } = jest.spyOn(redis, 'evalsha').mock;
  const wanted = calls.length + count;
  const result = start();
  await until(() => calls.length >= wanted);
  return () => result;
}

const connect = (port: number) =>
  track(new Redis(port, { retryStrategy: () => 50, disconnectTimeout: 50 }));

/** From now on timeouts end when the test says so. */
async function holdTime(redis: Redis): Promise<void> {
  await redis.ping();
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
}
afterEach(() => {
  jest.useRealTimers();
});

function expectRefused(response: WebhookResponse, says: RegExp): void {
  expect(response.status).toBe(503);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(says);
  lines = [];
}

describe('a delivery', () => {
  it('is refused, to be tried again, while Redis is down at the start, and answered once it is up', async () => {
    const server = await startRedis();
    await server.kill();
    const redis = connect(server.port);
    expectRefused(await bot(redis, undefined, { timeout: 20 })(), /did not answer within 20 ms/);
    expect(steps).toEqual([]);
    await server.restart();
    const send = bot(redis);
    await until(async () => (await send()).status === 200);
    expect(steps).toEqual([0]);
  });

  it('is refused when Redis goes between the load and the save, and nothing is half kept', async () => {
    const server = await startRedis();
    const redis = connect(server.port);
    let isLast = false;
    const work = async () => {
      if (isLast) server.pause();
    };
    const send = bot(redis, work, { timeout: 400 });
    await holdTime(redis);
    expect((await send()).body).toContain('step 1');
    isLast = true;
    const answer = await sending(redis, 2, send);
    await jest.advanceTimersByTimeAsync(400);
    expectRefused(await answer(), /did not answer within 400 ms/);
    isLast = false;
    server.resume();
    await until(async () => (await send()).status === 200);
    // The save that Redis got late counts, or it never came: nothing in between.
    expect([1, 2]).toContain(steps.at(-1));
  });

  it.each([
    ['the timeout', 400, { timeout: 400 }],
    ['three seconds, by default', 3000, { timeout: undefined }],
  ])('waits for a slow Redis, but not over %s', async (_name, milliseconds, options) => {
    const server = await startRedis();
    const redis = connect(server.port);
    const send = bot(redis, undefined, redisStores(redis, options));
    await holdTime(redis);
    expect((await send()).body).toContain('step 1');
    server.pause();
    const slow = await sending(redis, 1, send);
    await jest.advanceTimersByTimeAsync(milliseconds - 1);
    server.resume();
    expect((await slow()).body).toContain('step 2');
    server.pause();
    const late = await sending(redis, 1, send);
    await jest.advanceTimersByTimeAsync(milliseconds);
    expectRefused(await late(), new RegExp(`did not answer within ${milliseconds} ms`));
    server.resume();
  });

  it('is refused by a read-only replica', async () => {
    const master = await startRedis();
    const replica = await startRedis('--replicaof', '127.0.0.1', String(master.port));
    const redis = connect(replica.port);
    await until(async () => (await redis.info('replication')).includes('master_link_status:up'));
    expectRefused(await bot(redis)(), /READONLY/);
    expect(steps).toEqual([]);
  });

  it('is refused while Redis is full, and answered when there is room', async () => {
    const { port } = await startRedis('--maxmemory', '1kb', '--maxmemory-policy', 'noeviction');
    const redis = connect(port);
    const send = bot(redis);
    expectRefused(await send(), /OOM/);
    await redis.config('SET', 'maxmemory', '100mb');
    expect((await send()).body).toContain('step 1');
  });

  it('is refused when what is stored is damaged, and the log names the key', async () => {
    const redis = connect((await startRedis()).port);
    const key = `wechat:{default:${platform.OPENID}}:context`;
    const send = bot(redis);
    for (const damaged of ['no context', '1||{"step":', '1|x9|{}']) {
      await redis.set(key, damaged);
      expectRefused(await send(), /is no context|is damaged/);
    }
    await redis.del(key);
    await until(async () => (await send()).status === 200);
    expect(steps).toEqual([0]);
  });

  it('is answered by onError, which cannot mistake the user for a new one', async () => {
    const server = await startRedis();
    await server.kill();
    const send = bot(connect(server.port), undefined, {
      timeout: 20,
      onError: (error, exchange) => {
        expect(() => exchange.context.get('step')).toThrow(error as Error);
        return 'Please try again in a minute.';
      },
    });
    expect((await send()).body).toContain('Please try again');
    expect(steps).toEqual([]);
  });

  it('finds its context when a replica takes over, which knows no script yet', async () => {
    const master = await startRedis();
    const replica = await startRedis('--replicaof', '127.0.0.1', String(master.port));
    const redis = connect(master.port);
    const send = bot(redis);
    expect((await send()).body).toContain('step 1');
    await until(async () => (await redis.wait(1, 1000)) === 1);
    await master.kill();
    const link = connect(replica.port);
    await link.replicaof('NO', 'ONE');
    await link.script('FLUSH');
    redis.options.port = replica.port;
    await until(async () => (await send()).status === 200);
    expect(steps).toEqual([0, 1]);
  });

  it('is refused while its slot has half moved in a Cluster, and finds its context afterwards', async () => {
    const { ports, client } = await startCluster();
    const send = bot(client);
    expect((await send()).body).toContain('step 1');
    await moveSlot(client, ports, `{default:${platform.OPENID}}`, async () => {
      const refused = await bot(client, undefined, { timeout: 40 })();
      expectRefused(refused, /did not answer within 40 ms|TRYAGAIN|redirections/);
    });
    await until(async () => (await send()).status === 200);
    expect(steps.slice(0, 2)).toEqual([0, 1]);
  });
});

it('leaves no rejection unhandled', () => {
  expect(unhandled).toEqual([]);
});

/** Moves the slot of a key to another node, doing `meanwhile` when it has half moved. */
async function moveSlot(
  client: Cluster,
  ports: number[],
  key: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const slot = await client.cluster('KEYSLOT', key);
  const nodes = ports.map((port) => track(new Redis(port)));
  const ids = await Promise.all(nodes.map(async (node) => String(await node.cluster('MYID'))));
  const from = Math.floor(slot / 5461);
  const to = (from + 1) % 3;
  const [source, target] = [nodes[from], nodes[to]] as [Redis, Redis];
  await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from] as string);
  await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to] as string);
  await meanwhile();
  for (const name of await source.cluster('GETKEYSINSLOT', slot, 10)) {
    await source.call('MIGRATE', '127.0.0.1', ports[to] as number, name, 0, 1000);
  }
  for (const node of [target, source]) {
    await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to] as string);
  }
}
