/** Real Redis servers for the tests, each on a port of its own, gone when the tests end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { findRedis } from '../../scripts/redis.ts';
import { until } from './until.ts';

export { until };

export interface RedisServer {
  readonly port: number;
  /** Ends it like a crash. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>;
  /** Makes it slow: it answers nothing until `resume`. */
  pause(): void;
  resume(): void;
}

let command: string | undefined;
const children = new Set<ChildProcess>();
const clients = new Set<Redis | Cluster>();
const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-redis-'));

/** Says which server is started from now on. Default: the Redis that `findRedis` finds. */
export function useServer(path: string): void {
  command = path;
}

/** For `afterAll`. */
export async function stopRedis(): Promise<void> {
  for (const client of clients) client.disconnect();
  await Promise.all(
    [...children].map(async (child) => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }),
  );
  rmSync(folder, { recursive: true, force: true });
}

/** Keeps a client from printing its errors, and closes it at the end. */
export function track<C extends Redis | Cluster>(client: C): C {
  client.on('error', () => {});
  clients.add(client);
  return client;
}

export async function startRedis(...settings: string[]): Promise<RedisServer> {
  const port = await freePort();
  let child = launch(port, settings);
  await answering(port);
  return {
    port,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async restart() {
      child = launch(port, settings);
      await answering(port);
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}

/** Three masters, a third of the slots each. */
export async function startCluster(): Promise<{ ports: number[]; client: Cluster }> {
  const nodes = await Promise.all(
    [1, 2, 3].map(async (number) => {
      const bus = await freePort();
      const { port } = await startRedis(
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        String(bus),
        '--cluster-config-file',
        `nodes-${process.pid}-${number}-${bus}.conf`,
      );
      return { port, bus };
    }),
  );
  const [first] = nodes as [{ port: number; bus: number }];
  for (const [index, { port }] of nodes.entries()) {
    const node = track(new Redis(port));
    const [from, to] = [
      [0, 5460],
      [5461, 10922],
      [10923, 16383],
    ][index] as [number, number];
    await node.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    await node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await node.call('CLUSTER', 'MEET', '127.0.0.1', first.port, first.bus);
  }
  for (const { port } of nodes) {
    const node = track(new Redis(port));
    await until(async () => {
      const info = String(await node.call('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
    });
  }
  const ports = nodes.map(({ port }) => port);
  const client = track(new Cluster(ports.map((port) => ({ host: '127.0.0.1', port }))));
  await client.ping();
  return { ports, client };
}

/** A master, a replica and three sentinels; the client finds the master through them. */
export async function startSentinel(): Promise<{ master: RedisServer; client: Redis }> {
  const master = await startRedis();
  const replica = await startRedis('--replicaof', '127.0.0.1', String(master.port));
  const link = track(new Redis(replica.port));
  await until(async () => (await link.info('replication')).includes('master_link_status:up'));
  const sentinels = await Promise.all([1, 2, 3].map(() => startOneSentinel(master.port)));
  const options = sentinels.map((port) => ({ host: '127.0.0.1', port }));
  for (const { port } of options) {
    const sentinel = track(new Redis(port));
    await until(async () => {
      const state = JSON.stringify(await sentinel.call('SENTINEL', 'MASTERS'));
      return state.includes('"num-other-sentinels","2"') && state.includes('"num-slaves","1"');
    });
  }
  const client = track(
    new Redis({ sentinels: options, name: 'bot', sentinelRetryStrategy: () => 50 }),
  );
  await client.ping();
  return { master, client };
}

async function startOneSentinel(master: number): Promise<number> {
  const port = await freePort();
  const file = join(folder, `sentinel-${port}.conf`);
  writeFileSync(
    file,
    `port ${port}\nbind 127.0.0.1\nsentinel monitor bot 127.0.0.1 ${master} 2\nsentinel down-after-milliseconds bot 500\nsentinel failover-timeout bot 2000\n`,
  );
  start([file, '--sentinel']);
  await answering(port);
  return port;
}

function launch(port: number, settings: string[]): ChildProcess {
  const common = ['--save', '', '--appendonly', 'no', '--dir', folder, '--bind', '127.0.0.1'];
  return start(['--port', String(port), ...common, '--repl-diskless-sync-delay', '0', ...settings]);
}

function start(args: string[]): ChildProcess {
  command ??= findRedis();
  const child = spawn(command, args, { stdio: 'ignore' });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function answering(port: number): Promise<void> {
  const client = new Redis(port, { lazyConnect: true, retryStrategy: () => 20 });
  client.on('error', () => {});
  await until(async () => (await client.ping()) === 'PONG');
  client.disconnect();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
