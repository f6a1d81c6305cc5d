// What one message makes, by count: bytes, promises, timers. Nothing here is timed: npm run bench -- --full
import { sendRequests } from './http/generator.ts';
import { startServer } from './http/measure.ts';
import { type Table, writeTable } from './http/report.ts';
import { writeRequests } from './http/requests.ts';
import { compileServers, FOLDER } from './http/series.ts';
import { TRAFFIC } from './http/tables.ts';
import type { Question } from './http/usage.ts';

const SERVERS = ['bare koa', 'ours koa plain', 'ours koa safe', 'co-wechat koa plain'] as const;
type Counts = Readonly<Record<string, number>>;

const script = await compileServers();

/** Counts something of each message, once the server is warm. */
async function count(name: string, question: Question): Promise<Counts> {
  const mode = name.endsWith('safe') ? 'safe' : 'plain';
  const requests = writeRequests(FOLDER, { mode, ...TRAFFIC });
  const server = await startServer(script, name);
  const order = { port: server.port, requests, connections: 50 };
  const warmed = await sendRequests({ ...order, seconds: 2, first: 0 });
  await server.ask(question);
  const sent = await sendRequests({ ...order, seconds: 2, first: warmed.requests });
  const counted = await server.ask<Counts>('counted');
  await server.stop();
  return Object.fromEntries(Object.entries(counted).map(([key, n]) => [key, n / sent.requests]));
}

async function tabulate(title: string, question: Question, digits: number): Promise<Table> {
  const columns: Counts[] = [];
  for (const name of SERVERS) columns.push(await count(name, question));
  const keys = [...new Set(columns.flatMap((column) => Object.keys(column)))];
  const sum = (key: string) => columns[1]?.[key] ?? 0;
  const rows = keys
    .filter((key) => columns.some((column) => (column[key] ?? 0) >= 10 ** -digits))
    .sort((one, other) => sum(other) - sum(one))
    .map((key) => [key, ...columns.map((column) => (column[key] ?? 0).toFixed(digits))]);
  const total = columns.map((column) =>
    Object.values(column)
      .reduce((all, one) => all + one, 0)
      .toFixed(digits),
  );
  return { title, head: ['of one message', ...SERVERS], rows: [...rows, ['all', ...total]] };
}

console.log(writeTable(await tabulate('Bytes, by who asks for them (sampled)', 'count bytes', 0)));
console.log(writeTable(await tabulate('Promises, timers and others', 'count resources', 1)));
process.exit(0);
