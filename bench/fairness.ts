// Who else pays for a crowd, a flood and hostile requests: npm run bench -- --full
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sendRequests } from './http/generator.ts';
import { type ServerProcess, startServer } from './http/measure.ts';
import type { Table } from './http/report.ts';
import { writeRequests } from './http/requests.ts';
import type { Row } from './http/series.ts';
import { FOLDER, takeMedian } from './http/series.ts';
import { TRAFFIC } from './http/tables.ts';

/** How late the event loop may be beside the bare framework's, at the 99th percentile. */
const MOST_DELAY = 1.2;
/** Least share of their messages a second that other users keep. */
const LEAST_KEPT = 0.8;

/** Compares how late event loops are with 200 connections. */
export function tabulateDelays(rows: readonly Row[]): Table {
  const find = (name: string) => rows.find((row) => row.name === name);
  const compared = ['koa', 'fastify'].flatMap((framework) => {
    const [bare, ours] = [find(`bare ${framework}`), find(`ours ${framework} plain`)];
    if (!bare || !ours) return [];
    const share = ours.delay / bare.delay;
    const cells = [bare.delay.toFixed(1), ours.delay.toFixed(1), share.toFixed(2)];
    return [[framework, ...cells, `${MOST_DELAY}`, share <= MOST_DELAY ? 'yes' : 'NO']];
  });
  const head = ['framework', 'bare, ms', 'ours, ms', 'times', 'at most', 'met'];
  return { title: '200 connections: how late the event loop is, p99', head, rows: compared };
}

const TROUBLES = {
  'one user writes 100 messages a second': 'flood',
  '100 hostile requests a second': 'hostile',
} as const;

/** Measures the throughput of other users during a flood and hostile requests, in interleaved rounds. */
export async function measureFairness(script: string, rounds: number): Promise<Table> {
  const requests = writeRequests(FOLDER, { mode: 'plain', ...TRAFFIC });
  const rows: string[][] = [];
  for (const [title, trouble] of Object.entries(TROUBLES)) {
    const server = await startServer(script, 'ours koa plain');
    let first = 0;
    const send = async (seconds: number) => {
      const sent = await sendRequests({
        port: server.port,
        requests,
        connections: 50,
        seconds,
        first,
      });
      first += sent.requests;
      return sent.rate;
    };
    await send(3);
    const shares: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const troubled = () => withTrouble(server, trouble, () => send(2));
      const [one, other] = round % 2 === 0 ? [send, troubled] : [troubled, send];
      const rates = [await one(2), await other(2)];
      const [alone, kept] = round % 2 === 0 ? rates : rates.toReversed();
      shares.push((kept as number) / (alone as number));
    }
    await server.stop();
    const share = takeMedian(shares);
    const met = share >= LEAST_KEPT ? 'yes' : 'NO';
    rows.push([title, share.toFixed(2), `${LEAST_KEPT}`, met]);
  }
  const head = ['meanwhile', 'share that others keep', 'at least', 'met'];
  return { title: 'What others keep of their messages a second', head, rows };
}

async function withTrouble<T>(
  { port }: ServerProcess,
  trouble: string,
  work: () => Promise<T>,
): Promise<T> {
  const script = fileURLToPath(new URL('http/trouble.ts', import.meta.url));
  const child = fork(script, [trouble, `${port}`]);
  await once(child, 'message');
  try {
    return await work();
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
