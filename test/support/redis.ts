/** Real Redis servers for the tests, each on a port of its own, gone when the tests end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Webhook } from '@wechat-mp/core';
import { Cluster, Redis } from 'ioredis';
import { findRedis } from '../../scripts/redis.ts';
import { findPort } from './ports.ts';
import { until } from './until.ts';

export { until };

export interface RedisServer {
  readonly port: number;
  /** Ends it like a crash. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port, with further settings where they are given. */
  restart(...more: string[]): Promise<void>;
  /** Makes it slow: it answers nothing until `resume`. */
  pause(): void;
  resume(): void;
}

let command: string | undefined;
const children = new Set<ChildProcess>();
const clients = new Set<Redis | Cluster>();
const webhooks = new Set<Pick<Webhook, 'close'>>();
const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-redis-'));

/** Says which server is started from now on. Default: the Redis that `findRedis` finds. */
export function useServer(path: string): void {
  command = path;
}

/** For `afterAll`. */
export async function stopRedis(): Promise<void> {
  await Promise.all([...webhooks].map((webhook) => webhook.close({ timeout: 1 })));
  await Promise.all([...clients].map(closeClient));
  await Promise.all(
    [...children].map(async (child) => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }),
  );
  rmSync(folder, { recursive: true, force: true });
}

/** Milliseconds within which a connection tells that it has ended. */
const ENDS = 5000;

/** Waits for the end of a connection: ioredis keeps a timer for one whose server is gone first. */
async function closeClient(client: Redis | Cluster): Promise<void> {
  if (client.status === 'end') return;
  const isReady = client.status === 'ready';
  const ended = isReady && once(client, 'end', { signal: AbortSignal.timeout(ENDS) });
  client.disconnect();
  // Seen once in 25 runs: one that never tells.
  if (ended) await ended.catch(() => {});
}

/** Keeps a client from printing its errors, and closes it at the end. */
export function track<C extends Redis | Cluster>(client: C): C {
  client.on('error', () => {});
  clients.add(client);
  return client;
}

/** Has a webhook closed at the end: it may still watch over a reply that no delivery took. */
export function trackWebhook<W extends Pick<Webhook, 'close'>>(webhook: W): W {
  webhooks.add(webhook);
  return webhook;
}

export async function startRedis(...settings: string[]): Promise<RedisServer> {
  return startServer(async () => settings);
}

/** Starts a server with what `findSettings` gives, which is asked again when a port was taken meanwhile. */
async function startServer(findSettings: () => Promise<string[]>): Promise<RedisServer> {
  let settings: string[] = [];
  const started = await startAnywhere(async (port) => {
    settings = await findSettings();
    return argumentsFor(port, settings);
  });
  const { port } = started;
  let { child } = started;
  return {
    port,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async restart(...more) {
      child = start(argumentsFor(port, [...settings, ...more]));
      if (!(await isAnswering(child, port))) throw new Error(`port ${port} was taken meanwhile`);
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}

/** Three masters, a third of the slots each. */
export async function startCluster(): Promise<{ ports: number[]; client: Cluster }> {
  const nodes = await Promise.all(
    [1, 2, 3].map(async (number) => {
      let bus = 0;
      const { port } = await startServer(async () => {
        bus = await findPort();
        const file = `nodes-${process.pid}-${number}-${bus}.conf`;
        const cluster = ['--cluster-enabled', 'yes', '--cluster-config-file', file];
        return [...cluster, '--cluster-port', String(bus)];
      });
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

export interface Sentinel {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** The ports of the sentinels. */
  readonly sentinels: readonly number[];
  /** Finds the master through them. */
  readonly client: Redis;
}

/** A master, a replica and three sentinels, which consider a master dead after a number of milliseconds. */
export async function startSentinel(patience = 500): Promise<Sentinel> {
  const master = await startRedis();
  const replica = await startRedis('--replicaof', '127.0.0.1', String(master.port));
  const link = track(new Redis(replica.port));
  await until(async () => (await link.info('replication')).includes('master_link_status:up'));
  const sentinels = await Promise.all([1, 2, 3].map(() => startOneSentinel(master.port, patience)));
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
  return { master, replica, sentinels, client };
}

async function startOneSentinel(master: number, patience: number): Promise<number> {
  const { port } = await startAnywhere(async (ownPort) => {
    const file = join(folder, `sentinel-${ownPort}.conf`);
    writeFileSync(
      file,
      `port ${ownPort}\nbind 127.0.0.1\nsentinel monitor bot 127.0.0.1 ${master} 2\nsentinel down-after-milliseconds bot ${patience}\nsentinel failover-timeout bot ${2000 + patience}\n`,
    );
    return [file, '--sentinel'];
  });
  return port;
}

function argumentsFor(port: number, settings: string[]): string[] {
  const common = ['--save', '', '--appendonly', 'no', '--dir', folder, '--bind', '127.0.0.1'];
  return ['--port', String(port), ...common, '--repl-diskless-sync-delay', '0', ...settings];
}

/** Starts a server on a free port, and on another one when a program took that meanwhile. */
async function startAnywhere(
  prepare: (port: number) => Promise<string[]>,
): Promise<{ port: number; child: ChildProcess }> {
  for (let tries = 0; tries < 20; tries += 1) {
    const port = await findPort();
    const child = start(await prepare(port));
    if (await isAnswering(child, port)) return { port, child };
  }
  throw new Error('redis-server ends as soon as it is started');
}

function start(args: string[]): ChildProcess {
  command ??= findRedis();
  const child = spawn(command, args, { stdio: 'ignore' });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Waits until this very server answers at its port; false when it has ended. */
async function isAnswering(child: ChildProcess, port: number): Promise<boolean> {
  const client = new Redis(port, { lazyConnect: true, retryStrategy: () => 20 });
  client.on('error', () => {});
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const isIts = async () => (await client.info('server')).includes(`process_id:${child.pid}\r`);
  await until(async () => isOver() || (await isIts()));
  client.disconnect();
  return !isOver();
}
