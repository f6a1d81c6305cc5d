// A million messages of 10 000 users through one server: what it keeps, and how long it pauses.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendRequests } from './http/generator.ts';
import { startServer } from './http/measure.ts';
import type { Table } from './http/report.ts';
import { writeRequests } from './http/requests.ts';
import { FOLDER } from './http/series.ts';
import type { Usage } from './http/usage.ts';

/** Megabytes between the least and the most in use, once warm. */
const MOST_GROWTH = 15;
/** Milliseconds that the event loop may be late because of us: beyond the bare framework. */
const LONGEST_PAUSE = 50;
/** Messages before anything counts. */
const WARM_UP = 100_000;
const TRAFFIC = { mode: 'plain', count: 200_000, users: 10_000, size: 12 } as const;

/** Usage of a server after a number of messages. */
export interface Sample extends Usage {
  readonly messages: number;
}

/** Sends so many messages, and looks at the server after each few seconds. */
async function soak(script: string, name: string, messages: number): Promise<Sample[]> {
  const requests = writeRequests(FOLDER, TRAFFIC);
  const server = await startServer(script, name, {}, ['--expose-gc']);
  const samples: Sample[] = [];
  let sent = 0;
  while (sent < messages) {
    await server.ask('watch');
    const order = { port: server.port, requests, connections: 50, seconds: 4, first: sent };
    sent += (await sendRequests(order)).requests;
    samples.push({ messages: sent, ...(await server.ask<Usage>('usage')) });
  }
  await server.stop();
  return samples;
}

/** Soaks our server and the bare framework; the curve is in soak.json. */
export async function measureSoak(script: string, messages: number): Promise<Table> {
  const bare = await soak(script, 'bare koa', messages / 5);
  const ours = await soak(script, 'ours koa plain', messages);
  writeFileSync(join(FOLDER, 'soak.json'), JSON.stringify({ bare, ours }, null, 2));
  const warm = ours.filter((sample) => sample.messages >= WARM_UP);
  const growth = (warm.at(-1)?.memory ?? 0) - (warm[0]?.memory ?? 0);
  const resources = (warm.at(-1)?.resources ?? 0) - (warm[0]?.resources ?? 0);
  const longest = (samples: readonly Sample[]) => Math.max(...samples.map(({ pause }) => pause));
  const pause = longest(warm) - longest(bare.slice(1));
  const row = (what: string, found: number, most: number) => [
    what,
    found.toFixed(1),
    `${most}`,
    found <= most ? 'yes' : 'NO',
  ];
  return {
    title: `${messages} messages of ${TRAFFIC.users} users`,
    head: ['what', 'found', 'at most', 'met'],
    rows: [
      row('memory in use, MB, more than when warm', growth, MOST_GROWTH),
      row('handles and timers, more than when warm', resources, 0),
      row('longest pause, ms, beyond the bare framework', pause, LONGEST_PAUSE),
      ['memory in use, MB, on the way', drawCurve(warm), '', ''],
    ],
  };
}

/** Every tenth of what was seen. */
function drawCurve(samples: readonly Sample[]): string {
  const step = Math.max(1, Math.floor(samples.length / 10));
  return samples
    .filter((_, at) => at % step === 0)
    .map(({ memory }) => memory.toFixed(0))
    .join(' ');
}
