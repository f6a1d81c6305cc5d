/** Makes the load: wrk, which is installed where Debian's package can be, else autocannon. */
import { execFile, spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RequestFile } from './requests.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('load.lua', import.meta.url));

export interface Order {
  readonly port: number;
  readonly requests: RequestFile;
  /** The number of the request to begin with. */
  readonly first: number;
  readonly connections: number;
  readonly seconds: number;
}

export interface Sent {
  readonly requests: number;
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers that were no 2xx, and connections that broke. */
  readonly failed: number;
}

let hasWrk: boolean | undefined;

/** Sends requests for a while, from the second processor. */
export function sendRequests(order: Order): Promise<Sent> {
  hasWrk ??= works('wrk', '-v') || installWrk();
  return hasWrk ? sendByWrk(order) : sendByAutocannon(order);
}

/** wrk tells its version with a status of 1. */
function works(command: string, ...args: string[]): boolean {
  return !spawnSync(command, args, { stdio: 'ignore' }).error;
}

function installWrk(): boolean {
  if (process.getuid?.() !== 0 || !works('apt-get', '--version')) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['install', '-y', 'wrk'], { env, stdio: 'ignore' });
  return works('wrk', '-v');
}

async function sendByWrk({ port, requests, first, connections, seconds }: Order): Promise<Sent> {
  const wrk = `-c 1 wrk -t1 -c${connections} -d${seconds}s --timeout 10s --latency -s`.split(' ');
  const from = [requests.path, `${requests.length}`, `${first}`];
  const url = `http://127.0.0.1:${port}`;
  const { stdout } = await run('taskset', wrk.concat(SCRIPT, url, '--', from));
  const find = (pattern: RegExp) => pattern.exec(stdout)?.slice(1).map(Number) ?? [];
  const broken = find(/connect (\d+), read (\d+), write (\d+), timeout (\d+)/);
  const [refused = 0] = find(/Non-2xx or 3xx responses: (\d+)/);
  return {
    requests: find(/(\d+) requests in/)[0] ?? 0,
    rate: find(/Requests\/sec: +([\d.]+)/)[0] ?? 0,
    p50: readMilliseconds(/ 50% +([\d.]+)(us|ms|s)/.exec(stdout)),
    p99: readMilliseconds(/ 99% +([\d.]+)(us|ms|s)/.exec(stdout)),
    failed: broken.reduce((sum, one) => sum + one, refused),
  };
}

function readMilliseconds(found: RegExpExecArray | null): number {
  const units: Record<string, number> = { us: 1e-3, ms: 1, s: 1e3 };
  return Number(found?.[1]) * (units[found?.[2] ?? ''] ?? Number.NaN);
}

interface Autocannon {
  (
    options: object,
  ): Promise<{
    requests: { total: number; average: number };
    latency: { p50: number; p99: number };
    non2xx: number;
    errors: number;
  }>;
}

async function sendByAutocannon(order: Order): Promise<Sent> {
  const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon;
  const { port, requests: all, connections, seconds } = order;
  const file = openSync(all.path, 'r');
  const bytes = Buffer.alloc(all.length);
  let at = order.first;
  const setupRequest = (request: object) => {
    readSync(file, bytes, 0, all.length, (at % all.count) * all.length);
    at += 1;
    const [head = '', body = ''] = bytes.toString().split('\r\n\r\n');
    return { ...request, method: 'POST', path: head.split(' ', 2)[1], body };
  };
  const url = `http://127.0.0.1:${port}`;
  const headers = { 'content-type': 'text/xml' };
  const options = { url, connections, duration: seconds, headers, requests: [{ setupRequest }] };
  const { requests, latency, non2xx, errors } = await autocannon(options);
  closeSync(file);
  const { p50, p99 } = latency;
  return { requests: requests.total, rate: requests.average, p50, p99, failed: non2xx + errors };
}
