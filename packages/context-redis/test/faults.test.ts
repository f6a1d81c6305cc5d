import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RedisClient, redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type WebhookOptions, type WebhookResponse } from '@wechat-mp/core';
import { type Cluster, Redis } from 'ioredis';
import * as platform from '../../../test/support/platform.ts';
import {
  startCluster,
  startRedis,
  startSentinel,
  stopRedis,
  track,
  until,
} from '../../../test/support/redis.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));
afterAll(stopRedis);

let lines: string[] = [];
/** What each handler found: a user must never look new because the store is gone. */
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

/** A bot whose handler does `work` between reading and writing the context. */
function bot(redis: RedisClient, work = async () => {}, options: Partial<WebhookOptions> = {}) {
  const stores = redisStores(redis, { timeout: 400 });
  const webhook = createWebhook(
    { token: 'T0KEN', logger, ...stores, ...options },
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
  return async (openid = platform.OPENID): Promise<WebhookResponse> => {
    const fields = { ...platform.userMessage('text', { Content: 'hi' }), FromUserName: openid };
    const { query, body } = platform.plain({ token: 'T0KEN' }, fields);
    const started = performance.now();
    const response = await webhook.handle({ method: 'POST', query, body: body as string });
    expect(performance.now() - started).toBeLessThan(4500);
    return response;
  };
}

const connect = (port: number) => track(new Redis(port, { retryStrategy: () => 50 }));

function expectRefused(response: WebhookResponse, says: RegExp): void {
  expect(response.status).toBe(503);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(says);
  lines = [];
}

describe('a delivery', () => {
  it('is refused, to be tried again, while Redis is gone at the start, and answered once it is there', async () => {
    const server = await startRedis();
    await server.kill();
    const send = bot(connect(server.port));
    expectRefused(await send(), /did not answer within 400 ms/);
    expect(steps).toEqual([]);
    await server.restart();
    await until(async () => (await send()).status === 200);
    expect(steps).toEqual([0]);
  });

  it('is refused when Redis goes between the load and the save, and nothing is half kept', async () => {
    const server = await startRedis();
    const redis = connect(server.port);
    let isLast = false;
    const send = bot(redis, async () => {
      if (isLast) server.pause();
    });
    expect((await send()).body).toContain('step 1');
    isLast = true;
    expectRefused(await send(), /did not answer within 400 ms/);
    isLast = false;
    server.resume();
    await until(async () => (await send()).status === 200);
    // The save that Redis got late counts, or it never came: nothing in between.
    expect([1, 2]).toContain(steps.at(-1));
  });

  it('waits for a slow Redis, but not over the timeout', async () => {
    const server = await startRedis();
    const send = bot(connect(server.port));
    await send();
    lines = [];
    server.pause();
    setTimeout(() => server.resume(), 200);
    expect((await send()).body).toContain('step 2');
    server.pause();
    setTimeout(() => server.resume(), 600);
    expectRefused(await send(), /did not answer within 400 ms/);
  });

  it('waits two seconds for Redis with the default timeout', async () => {
    const server = await startRedis();
    const send = bot(connect(server.port), undefined, redisStores(connect(server.port)));
    await send();
    server.pause();
    setTimeout(() => server.resume(), 2000);
    expect((await send()).body).toContain('step 2');
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
    const { port } = await startRedis('--maxmemory', '1mb', '--maxmemory-policy', 'noeviction');
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

  it('is answered by onError, which cannot take the user for a new one', async () => {
    const server = await startRedis();
    await server.kill();
    const send = bot(connect(server.port), undefined, {
      onError: (error, exchange) => {
        expect(() => exchange.context.get('step')).toThrow(error as Error);
        return 'Please try again in a minute.';
      },
    });
    expect((await send()).body).toContain('Please try again');
    expect(steps).toEqual([]);
  });

  it('finds its context after a failover by Sentinel', async () => {
    const { master, client } = await startSentinel();
    const send = bot(client);
    expect((await send()).body).toContain('step 1');
    await client.wait(1, 1000);
    await master.kill();
    await until(async () => (await send()).status === 200);
    expect(steps).toEqual([0, 1]);
    for (const line of lines) expect(line).toMatch(/could not be answered/);
  }, 90_000);

  it('is refused while its slot has half moved in a Cluster, and finds its context afterwards', async () => {
    const { ports, client } = await startCluster();
    const send = bot(client);
    expect((await send()).body).toContain('step 1');
    await moveSlot(client, ports, `{default:${platform.OPENID}}`, async () => {
      expectRefused(await send(), /did not answer within 400 ms|TRYAGAIN|redirections/);
    });
    await until(async () => (await send()).status === 200);
    expect(steps.slice(0, 2)).toEqual([0, 1]);
  }, 90_000);
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
