/** Redis with Sentinel, on ways that can be slow or break, whose master can be killed again and again. */
import type { ChildProcess } from 'node:child_process';
import { Redis } from 'ioredis';
import { forkProgram } from '../../support/programs.ts';
import { type RedisServer, startSentinel, track, until } from '../../support/redis.ts';

/** Milliseconds for which a sentinel waits for a master: a busy machine must not make a living one look dead. */
const PATIENCE = 1500;
export const WIRE = 'test/long/processes/slow-wire.ts';

interface Place {
  readonly server: RedisServer;
  readonly link: Redis;
  readonly wire: ChildProcess;
  readonly wirePort: number;
}

export interface RedisPair {
  /** The environment of a bot. */
  readonly environment: Readonly<Record<'SENTINELS' | 'WAYS', string>>;
  /** Finds the master through the sentinels. */
  readonly client: Redis;
  /** How often the sentinels have made another server the master. */
  readonly countFailovers: () => number;
  /** Milliseconds of each way between a bot and Redis. */
  slowDown(milliseconds: number): void;
  /** Breaks all connections of the bots. */
  cut(): void;
  /**
   * Kills the master once its replica has all that was confirmed; resolves when another one is the master, and
   * the killed one its replica.
   */
  killMaster(): Promise<void>;
}

export async function startRedisPair(): Promise<RedisPair> {
  const { master, replica, sentinels, client } = await startSentinel(PATIENCE);
  const places = await Promise.all([master, replica].map(startPlace));
  const sentinel = track(new Redis(sentinels[0] as number));
  let failovers = 0;
  const listener = track(new Redis(sentinels[0] as number));
  listener.on('message', () => {
    failovers += 1;
  });
  await listener.subscribe('+switch-master');
  const ways = places.map(({ server, wirePort }) => [
    `127.0.0.1:${server.port}`,
    { host: '127.0.0.1', port: wirePort },
  ]);
  const findMaster = async () => {
    const found = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'bot')) as string[];
    return Number(found[1]);
  };
  return {
    environment: { SENTINELS: sentinels.join(','), WAYS: JSON.stringify(Object.fromEntries(ways)) },
    client,
    countFailovers: () => failovers,
    slowDown: (milliseconds) => places.forEach(({ wire }) => wire.send(milliseconds)),
    cut: () => places.forEach(({ wire }) => wire.send('cut')),
    async killMaster() {
      const port = await findMaster();
      const [old, next] = (places[0]?.server.port === port ? places : places.toReversed()) as [
        Place,
        Place,
      ];
      // What it confirms from now on would be lost with it.
      await old.link.client('PAUSE', 10_000, 'WRITE');
      await until(async () => (await readOffset(old)) === (await readOffset(next)));
      await old.server.kill();
      await until(async () => (await findMaster()) === next.server.port);
      await until(async () => (await next.link.info('replication')).includes('role:master'));
      await old.server.restart('--replicaof', '127.0.0.1', `${next.server.port}`);
      await until(async () => {
        const told = await old.link.info('replication');
        return told.includes('role:slave') && told.includes('master_link_status:up');
      });
    },
  };
}

async function startPlace(server: RedisServer): Promise<Place> {
  const { child, ready } = await forkProgram<number>(WIRE, `${server.port}`, '0');
  const link = track(new Redis(server.port, { retryStrategy: () => 100 }));
  return { server, link, wire: child, wirePort: ready };
}

async function readOffset({ link }: Place): Promise<string | undefined> {
  const told = await link.info('replication');
  return /role:master/.test(told)
    ? /master_repl_offset:(\d+)/.exec(told)?.[1]
    : /slave_repl_offset:(\d+)/.exec(told)?.[1];
}
