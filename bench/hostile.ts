// What strangers cost: messages answered a second beside 100 hostile requests a second, against the
// same without them. A bot, its users and the strangers are processes of their own; where they have to
// share processors, the second ratio says what the strangers cost the bot itself.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { parse } from 'node:querystring';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createWebhook } from '@wechat-mp/core';
import * as platform from '../test/support/platform.ts';

const ACCOUNT = {
  token: 'TOKEN',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};
const RATE = 100;
const LIMIT = 0.8;
const ROUNDS = 5;
const SECONDS = 3;
const CLIENTS = 20;
const MiB = 2 ** 20;

const attributes = Array.from({ length: 100_000 }, (_, index) => `a${index}=""`).join(' ');
const unsigned = 'encrypt_type=aes&msg_signature=x&timestamp=1&nonce=1';
const forged = `signature=${'f'.repeat(40)}&timestamp=1&nonce=1`;

/** Requests of strangers: a query, and what follows the head of the request. */
const hostile: readonly (readonly [
  name: string,
  query: string,
  /** Or `stalled`, or `endless`. */
  body: string,
])[] = [
  ['100 000 attributes, no signature', unsigned, `<xml ${attributes}/>`],
  ['a tag name of 1 MiB, no signature', unsigned, `<${'a'.repeat(MiB)}>`],
  ['100 000 attributes, a wrong signature', forged, `<xml ${attributes}/>`],
  ['JSON nested 100 000 deep, a wrong signature', forged, '['.repeat(100_000)],
  ['a wrong msg_signature too', `${forged}&${unsigned.slice(0, 32)}`, 'x'.repeat(MiB)],
  ['an endless body, a wrong signature', forged, 'endless'],
  ['an endless body, no signature', unsigned, 'endless'],
  ['a body that never comes', forged, 'stalled'],
];

if (process.argv[2] === 'bot') serve();
else if (process.argv[2] === 'strangers') attack(Number(process.argv[3]));
else await compare();

function serve(): void {
  const quiet = () => {};
  const logger = { error: quiet, warn: quiet, info: quiet, debug: quiet };
  const webhook = createWebhook({ ...ACCOUNT, logger }, { text: ({ content }) => content });
  const server = createServer((req, res) => {
    const [, search = ''] = (req.url ?? '').split('?');
    const delivery = { method: req.method ?? '', query: parse(search), body: req };
    void webhook.handle(delivery).then(({ status, headers, body }) => {
      res.writeHead(status, headers).end(body);
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1e6);
  });
}

/** Sends a hostile request every 10 ms, and tells when a refusal was none. */
function attack(port: number): void {
  let count = 0;
  setInterval(() => {
    const [, query, body] = hostile[count % hostile.length] as (typeof hostile)[number];
    count += 1;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.once('data', (answer) => {
      if (!answer.includes('HTTP/1.1 401')) process.send?.(answer.toString());
      // A client that means ill does not hang up.
      socket.resume();
    });
    const length =
      body === 'endless'
        ? 'Transfer-Encoding: chunked'
        : `Content-Length: ${Math.max(body.length, 1000)}`;
    socket.write(`POST /wechat?${query} HTTP/1.1\r\nHost: a\r\n${length}\r\n\r\n`);
    if (body === 'endless') sendOn(socket);
    else if (body !== 'stalled') socket.write(body);
  }, 1000 / RATE);
}

function sendOn(socket: ReturnType<typeof connect>): void {
  if (socket.destroyed) return;
  const chunk = 'x'.repeat(16_384);
  if (socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`)) setImmediate(sendOn, socket);
  else socket.once('drain', () => sendOn(socket));
}

async function start(...role: string[]): Promise<ChildProcess> {
  const child = fork(fileURLToPath(import.meta.url), role, { execArgv: process.execArgv });
  await once(child, 'spawn');
  return child;
}

async function compare(): Promise<void> {
  const bot = await start('bot');
  const [port] = (await once(bot, 'message')) as [number];
  const odd: string[] = [];
  const measure = () => measureTalk(bot, port);
  await measure();
  const rounds: { bySecond: number; byWork: number }[] = [];
  console.log(
    'round | messages/s alone | beside 100 hostile requests a second | ratio | of the bot’s work',
  );
  for (let round = 1; round <= ROUNDS; round++) {
    const alone = await measure();
    const strangers = await start('strangers', String(port));
    strangers.on('message', (answer: string) => odd.push(answer));
    await pause(500);
    const beside = await measure();
    strangers.kill();
    await once(strangers, 'exit');
    const bySecond = beside.bySecond / alone.bySecond;
    const byWork = beside.byWork / alone.byWork;
    rounds.push({ bySecond, byWork });
    const speeds = [alone, beside].map((talk) => talk.bySecond.toFixed(0));
    console.log([round, ...speeds, bySecond.toFixed(2), byWork.toFixed(2)].join(' | '));
  }
  bot.kill();
  const middle = (key: 'bySecond' | 'byWork') =>
    rounds
      .map((round) => round[key])
      .sort((a, b) => a - b)
      [Math.floor(ROUNDS / 2)]?.toFixed(2);
  console.log(
    `answered beside strangers: ${middle('bySecond')} of the same without (limit ${LIMIT}); for each second of the bot's processor: ${middle('byWork')} (limit ${LIMIT})`,
  );
  if (odd.length > 0) console.log(`answered otherwise than 401: ${odd.length}, such as ${odd[0]}`);
}

/** Messages answered in a second, and for each second that the bot's process worked. */
async function measureTalk(bot: ChildProcess, port: number) {
  const readWork = async () => {
    bot.send('work');
    const [seconds] = (await once(bot, 'message')) as [number];
    return seconds;
  };
  const before = await readWork();
  const bySecond = await talk(port, SECONDS);
  return { bySecond, byWork: (bySecond * SECONDS) / ((await readWork()) - before) };
}

/** Has users talk, each with one message at a time; gives how many were answered a second. */
async function talk(port: number, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const end = performance.now() + seconds * 1000;
  let answered = 0;
  const user = async (index: number) => {
    while (performance.now() < end) {
      const fields = {
        ...platform.userMessage('text', { Content: 'hi' }),
        FromUserName: `o${index}`,
      };
      const { query, body } = platform.safe(ACCOUNT, fields);
      const client = request({
        port,
        agent,
        method: 'POST',
        path: `/wechat?${new URLSearchParams(query)}`,
        headers: { 'content-length': Buffer.byteLength(body ?? '') },
      });
      client.end(body);
      const [response] = await once(client, 'response');
      for await (const _ of response);
      if (response.statusCode === 200) answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => user(index)));
  agent.destroy();
  return answered / seconds;
}
