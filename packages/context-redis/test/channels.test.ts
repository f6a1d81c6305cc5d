/** The connection on which processes hear of each other, while it breaks. */
import { once } from 'node:events';
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { type Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5';
import {
  type RedisServer,
  startCluster,
  startRedis,
  startSentinel,
  stopRedis,
  track,
  until,
} from '../../../test/support/redis.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));

const proxies = new Set<Proxy>();
afterAll(async () => {
  await stopRedis();
  for (const proxy of proxies) proxy.close();
});

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => {
  unhandled.length = 0;
});

const user = { account: 'gh_1', openid: 'o1' };
const retryStrategy = () => 20;
const connect = (port: number, options = {}) =>
  track(new Redis(port, { retryStrategy, ...options }));
const connect5 = (port: number) => track(new Redis5(port, { retryStrategy }) as unknown as Redis);

interface Proxy {
  readonly port: number;
  /** From now on no new connection becomes ready: what the server says of itself is kept. */
  hold(): void;
  /** How many connections wait for what was kept. */
  countHeld(): number;
  /** Passes on what was kept. */
  release(): void;
  /** Breaks all connections. */
  cut(): void;
  close(): void;
}

async function startProxy(to: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let isHolding = false;
  let held: (() => void)[] = [];
  const gate = createServer({ allowHalfOpen: true }, (client) => {
    const server = connectSocket({ port: to, host: '127.0.0.1', allowHalfOpen: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(server);
    server.on('end', () => client.end());
    server.on('data', (bytes) => {
      if (isHolding && bytes.includes('redis_version')) held.push(() => client.write(bytes));
      else client.write(bytes);
    });
  });
  await once(gate.listen(0, '127.0.0.1'), 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy = {
    port: (gate.address() as AddressInfo).port,
    hold: () => {
      isHolding = true;
    },
    countHeld: () => held.length,
    release: () => {
      isHolding = false;
      for (const pass of held) pass();
      held = [];
    },
    cut,
    close: () => {
      gate.close();
      cut();
    },
  };
  proxies.add(proxy);
  return proxy;
}

/** Listens to a user's interrupts, with the connection for it. */
function listen(redis: Redis | Cluster, { deliveries } = redisStores(redis)) {
  const duplicate = jest.spyOn(redis, 'duplicate');
  const heard = jest.fn();
  const unlisten = deliveries.onInterrupt({ ...user, key: 'a stream' }, heard);
  const subscriber = duplicate.mock.results.at(-1)?.value as Redis;
  return { heard, unlisten, subscriber };
}

/** Interrupts from another process, until it is heard. */
async function interruptUntil(redis: Redis | Cluster, heard: jest.Mock): Promise<void> {
  const { deliveries } = redisStores(redis);
  heard.mockClear();
  await until(async () => {
    await deliveries.interrupt({ ...user, key: 'another message' });
    return heard.mock.calls.length > 0;
  });
}

/** Breaks the connections that have subscriptions. */
async function killSubscribers(ports: readonly number[]): Promise<void> {
  const admins = ports.map((port) => connect(port));
  const counts = await Promise.all(
    admins.map((admin) => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')),
  );
  expect(counts.map(Number).some((count) => count > 0)).toBe(true);
}

interface World {
  /** Gives another client with each call. */
  connect: () => Redis | Cluster;
  ports: readonly number[];
}

const worlds: Record<string, () => Promise<World>> = {
  'a Cluster': async () => {
    const { ports, client } = await startCluster();
    return { connect: () => track(client.duplicate()), ports };
  },
  'a Cluster and ioredis 5': async () => {
    const { ports } = await startCluster();
    const nodes = ports.map((port) => ({ host: '127.0.0.1', port }));
    return { connect: () => track(new Cluster5(nodes) as unknown as Cluster), ports };
  },
  Sentinel: async () => {
    const { master, client } = await startSentinel();
    return { connect: () => track(client.duplicate()), ports: [master.port] };
  },
  'ioredis 6': async () => ({ connect: () => connect(server.port), ports: [server.port] }),
  'ioredis 6 with RESP2': async () => ({
    connect: () => connect(server.port, { protocol: 2 }),
    ports: [server.port],
  }),
  'ioredis 5': async () => ({ connect: () => connect5(server.port), ports: [server.port] }),
};

it.each(Object.entries(worlds))(
  'what is said after a lost connection is heard, with %s',
  async (_name, start) => {
    const world = await start();
    const [redis, other] = [world.connect(), world.connect()];
    const { heard } = listen(redis);
    await interruptUntil(other, heard);
    await killSubscribers(world.ports);
    await interruptUntil(other, heard);
    await killSubscribers(world.ports);
    await interruptUntil(other, heard);
  },
);

it('a client without an offline queue is heard too, before and after its connection breaks', async () => {
  const redis = connect(server.port, { enableOfflineQueue: false });
  await once(redis, 'ready');
  const other = connect(server.port);
  const { heard } = listen(redis);
  await interruptUntil(other, heard);
  await killSubscribers([server.port]);
  await interruptUntil(other, heard);
});

describe.each([
  ['ioredis 6', connect],
  ['ioredis 5', connect5],
])('with %s', (_name, connectTo) => {
  it('a connection that is let go just before it stands again leaves no rejection unhandled', async () => {
    const proxy = await startProxy(server.port);
    const redis = connectTo(proxy.port);
    const stores = redisStores(redis);
    const { heard, unlisten, subscriber } = listen(redis, stores);
    const other = connect(server.port);
    await interruptUntil(other, heard);
    proxy.hold();
    proxy.cut();
    // The client itself, and the connection for its subscriptions.
    await until(() => proxy.countHeld() === 2);
    const ended = once(subscriber, 'end');
    unlisten();
    const again = listen(redis, stores);
    proxy.release();
    await ended;
    await interruptUntil(other, again.heard);
    expect(unhandled).toEqual([]);
  });

  it('connections that broke leave no listener on the client', async () => {
    const redis = connectTo(server.port);
    const other = connect(server.port);
    const stores = redisStores(redis);
    const before = redis.listenerCount('end');
    for (let breaks = 0; breaks < 3; breaks += 1) {
      const { heard, unlisten, subscriber } = listen(redis, stores);
      await interruptUntil(other, heard);
      unlisten();
      const closed = once(subscriber, 'close');
      subscriber.stream.destroy();
      await closed;
    }
    expect(redis.listenerCount('end')).toBe(before);
  });
});
