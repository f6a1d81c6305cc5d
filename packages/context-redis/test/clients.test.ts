/** The stores with Redis as it is met: whatever the client makes of answers, whatever its user may do. */
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type RedisClient, redisStores } from '@wechat-mp/context-redis';
import { contextStoreContract } from '@wechat-mp/core/context-store-contract';
import { deliveryStoreContract } from '@wechat-mp/core/delivery-store-contract';
import { tokenStoreContract } from '@wechat-mp/core/token-store-contract';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { type RedisServer, startRedis, stopRedis, track } from '../../../test/support/redis.ts';

afterAll(stopRedis);

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});

const connect = (options: object): Redis => track(new Redis(server.port, options));
const connect5 = (options: object) =>
  track(new Redis5({ port: server.port, ...options }) as unknown as Redis);

/** Makes a user with the rights that a rule gives, and connects as that user. */
async function connectAs(rule: string): Promise<Redis> {
  const username = `bot${Math.random().toString(36).slice(2)}`;
  const rights = rule.split(' ').filter((right) => right !== '');
  await connect({}).call('ACL', 'SETUSER', username, 'reset', 'on', '>pw', ...rights);
  return connect({ username, password: 'pw' });
}

const clients: Record<string, () => RedisClient | Promise<RedisClient>> = {
  'numbers come as text (stringNumbers), ioredis 6': () => connect({ stringNumbers: true }),
  'numbers come as text (stringNumbers), ioredis 5': () => connect5({ stringNumbers: true }),
  'RESP2 is spoken': () => connect({ protocol: 2 }),
  'RESP3 is spoken, with numbers as text': () => connect({ protocol: 3, stringNumbers: true }),
  'the client has a keyPrefix': () => connect({ keyPrefix: 'app:' }),
  'the client has a keyPrefix, ioredis 5': () => connect5({ keyPrefix: 'app5:' }),
  'the user has no right to any channel': () => connectAs('~wechat:* +@all -@dangerous +info'),
};

describe.each(Object.entries(clients))('where %s', (_name, make) => {
  let redis: RedisClient;
  beforeAll(async () => {
    redis = await make();
  });

  it.each(contextStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    run(redisStores(redis).contexts),
  );
  it.each(deliveryStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    run(redisStores(redis).deliveries),
  );
  it.each(tokenStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    run(redisStores(redis).tokens),
  );
});
