// redis.ts
import { Cluster, Redis } from 'ioredis';

/** One server, Sentinel or Cluster, as the environment says: `host:port,host:port`. */
export function connect(environment: NodeJS.ProcessEnv = process.env): Redis | Cluster {
  const { REDIS_URL = 'redis://localhost:6379', REDIS_SENTINELS, REDIS_NODES } = environment;
  const redis = REDIS_SENTINELS
    ? new Redis({
        name: environment['REDIS_MASTER'] ?? 'mymaster',
        sentinels: read(REDIS_SENTINELS),
      })
    : REDIS_NODES
      ? new Cluster(read(REDIS_NODES))
      : new Redis(REDIS_URL);
  redis.on('error', (error) => console.error('redis', error.message));
  return redis;
}

function read(list: string) {
  return list.split(',').map((one) => {
    const [host = '', port = ''] = one.split(':');
    return { host, port: Number(port) };
  });
}
