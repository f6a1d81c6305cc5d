// What a server spends on the worst requests: npm run bench
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodeRequest } from '../packages/core/src/adapter.ts';
import { createWebhook } from '../packages/core/src/index.ts';
import * as platform from '../test/support/platform.ts';
import { BODY_LIMIT, hostileDocuments } from '../test/tables/hostile-documents.ts';

/** CPU milliseconds, user and system. */
const LIMIT = 100;
const ROUNDS = 5;
const TOKEN = 'TOKEN';

/** Tells its port, and what it has spent so far whenever it is asked. */
async function serve(): Promise<void> {
  const logger = { error() {}, warn() {}, info() {}, debug() {} };
  const options = { token: TOKEN, logger, bodyLimit: BODY_LIMIT };
  const webhook = createWebhook(options, { text: ({ content }) => content.slice(0, 100) });
  const server = createServer((req, res) => {
    void webhook
      .handle(nodeRequest(req, res))
      .then(({ status, headers, body }) => res.writeHead(status, headers).end(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1000);
  });
  process.send?.((server.address() as AddressInfo).port);
}

async function send(port: number, document: string | Uint8Array): Promise<void> {
  const query = new URLSearchParams(platform.signedQuery(TOKEN));
  const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(document) };
  const client = request({ port, method: 'POST', path: `/?${query}`, headers, agent: false });
  client.end(document);
  const [response] = await once(client, 'response');
  for await (const _chunk of response);
}

async function measureAll(): Promise<void> {
  const child = fork(process.argv[1] as string, ['server'], { execArgv: process.execArgv });
  const [port] = (await once(child, 'message')) as [number];
  const readSpent = async () => {
    child.send('spent');
    return ((await once(child, 'message')) as [number])[0];
  };
  const rows: { name: string; spent: number }[] = [];
  for (const [name, [make]] of Object.entries(hostileDocuments)) {
    const document = make(BODY_LIMIT);
    let spent = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await readSpent();
      await send(port, document);
      spent = Math.min(spent, (await readSpent()) - before);
    }
    rows.push({ name, spent });
  }
  child.kill();
  console.log(`the worst requests, CPU ms of the server (limit ${LIMIT})`);
  const slowest = rows.toSorted((one, other) => other.spent - one.spent);
  for (const { name, spent } of slowest.filter((row, at) => at < 8 || row.spent > LIMIT)) {
    console.log(`${name}: ${spent.toFixed(1)}${spent > LIMIT ? ' | OVER THE LIMIT' : ''}`);
  }
}

if (process.argv[2] === 'server') await serve();
else await measureAll();
