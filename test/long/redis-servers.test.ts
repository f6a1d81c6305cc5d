/** The stores on servers that are not this machine's Redis, on one server and in a Cluster. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { contextStoreContract } from '@wechat-mp/core/context-store-contract';
import { deliveryStoreContract } from '@wechat-mp/core/delivery-store-contract';
import { tokenStoreContract } from '@wechat-mp/core/token-store-contract';
import { type Cluster, Redis } from 'ioredis';
import { findServer, otherServers } from '../../scripts/other-servers.ts';
import { startCluster, startRedis, stopRedis, track, useServer } from '../support/redis.ts';

afterAll(stopRedis);

const ways = {
  'one server': async () => track(new Redis((await startRedis()).port)),
  Cluster: async () => (await startCluster()).client,
};
const cases = otherServers.flatMap((server) =>
  Object.entries(ways).map(([way, start]) => [server, way, start] as const),
);

describe.each(cases)('%s, %s', (server, _way, start) => {
  let redis: Redis | Cluster;
  beforeAll(async () => {
    useServer(findServer(server));
    redis = await start();
  });

  it('is the server that is meant', async () => {
    const [kind, version] = server.split(' ') as [string, string];
    const info = await redis.info('server');
    expect(info).toMatch(new RegExp(`^${kind.toLowerCase()}_version:${version}\\.`, 'm'));
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

  it('a full server is reported as such', async () => {
    useServer(findServer(server));
    const { port } = await startRedis('--maxmemory', '1kb', '--maxmemory-policy', 'noeviction');
    const { tokens } = redisStores(track(new Redis(port)));
    await expect(tokens.lock('wx1', 1)).rejects.toThrow(/Redis failed: OOM .*raise maxmemory/);
  });
});
