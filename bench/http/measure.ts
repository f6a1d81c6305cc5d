/** One round: a fresh server process, a warm-up, and what it spends while it is under load. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type Order, type Sent, sendRequests } from './generator.ts';
import type { Question } from './usage.ts';

/** Ticks of /proc a second. */
const TICKS = 100;
/** Seconds that a measurement takes. */
const SHORTEST = 2;
const LONGEST = 20;

export interface Load extends Pick<Order, 'requests' | 'connections'> {
  /** Requests, at least: a machine that does other things too takes longer for them. */
  readonly warmUp: number;
  readonly measured: number;
}

export interface Measured extends Sent {
  /** CPU microseconds of a request: user and system, all threads of the server. */
  readonly cpu: number;
  /** Milliseconds that the event loop was late, at the 99th percentile. */
  readonly delay: number;
  /** Megabytes, at the end. */
  readonly memory: number;
}

/** Measures one server once, on the first processor; the load is made on the second. */
export async function measureRound(
  script: string,
  name: string,
  load: Load,
  env: NodeJS.ProcessEnv = {},
): Promise<Measured> {
  const server = await startServer(script, name, env);
  const { child, port } = server;
  try {
    const order = { port, requests: load.requests, connections: load.connections };
    let warmed = { requests: 0, rate: 0, failed: 0 };
    while (warmed.requests < load.warmUp) {
      const sent = await sendRequests({ ...order, seconds: 2, first: warmed.requests });
      if (sent.failed > 0 && sent.requests === 0) throw new Error(`${name} answers nothing`);
      warmed = { ...sent, requests: warmed.requests + sent.requests };
    }
    const seconds = Math.ceil(load.measured / warmed.rate);
    const within = Math.min(LONGEST, Math.max(SHORTEST, seconds));
    await server.ask('watch');
    const before = readSpent(child);
    const sent = await sendRequests({ ...order, seconds: within, first: warmed.requests });
    const cpu = (readSpent(child) - before) / sent.requests;
    const memory = readMemory(child);
    const delay = await server.ask<number>('delay');
    return { ...sent, cpu, delay, memory };
  } finally {
    await server.stop();
  }
}

/** A server in a process of its own, on the first processor. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly port: number;
  ask<T>(question: Question): Promise<T>;
  stop(): Promise<void>;
}

/** Starts a server; `options` are Node's. */
export async function startServer(
  script: string,
  name: string,
  env: NodeJS.ProcessEnv = {},
  options: readonly string[] = [],
): Promise<ServerProcess> {
  const child = fork(script, [name], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    // Not as this process runs: on the packages as they are built.
    execArgv: [...options],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const listen = async () => {
    const [message] = (await once(child, 'message')) as [unknown];
    return message;
  };
  const port = (await listen()) as number;
  spawnSync('taskset', ['-acp', '0', `${child.pid}`]);
  return {
    child,
    port,
    ask: async <T>(question: Question) => {
      const answered = listen();
      child.send(question);
      return (await answered) as T;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** CPU microseconds that a process has spent so far. */
function readSpent({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the command may hold anything: what follows its last bracket is counted from 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS;
}

function readMemory({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
