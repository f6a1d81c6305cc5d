// What the simulator takes: npm run bench
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWebhook } from '@wechat-mp/core';
import { createSimulator } from '@wechat-mp/simulator';
import { buildPackages } from '../scripts/build.ts';

const MESSAGES_A_MINUTE = 10_000;
const SERVING = 2000;
const BATCHES = 50;
const USERS = 100;

const silent = { error() {}, warn() {}, info() {}, debug() {} };
const webhook = createWebhook(
  { token: 'TOKEN', logger: silent },
  { text: ({ content }) => content },
);

const wechat = await createSimulator({ token: 'TOKEN', target: webhook });
const began = performance.now();
for (let batch = 0; batch < BATCHES; batch += 1) {
  const users = Array.from({ length: USERS }, (_, n) => wechat.user(`u${n}`));
  await Promise.all(users.map((user, n) => user.sendText(`${batch} ${n}`)));
}
const minutes = (performance.now() - began) / 60_000;
await wechat.close();
console.log('messages a minute | at least');
console.log([Math.round((BATCHES * USERS) / minutes), MESSAGES_A_MINUTE].join(' | '));

buildPackages('simulator');
const times = [];
for (let round = 0; round < 5; round += 1) times.push(await startCommand());
console.log('ms until the command serves, the best of 5 | at most');
console.log([Math.round(Math.min(...times)), SERVING].join(' | '));

/** Milliseconds from the start of the command to its word that it serves. */
async function startCommand(): Promise<number> {
  const ports = ['--port', '0', '--api-port', '0'];
  const args = ['--target', 'http://127.0.0.1:1', '--token', 'TOKEN', ...ports];
  const start = performance.now();
  const child = spawn(process.execPath, ['packages/simulator/dist/cli.js', ...args]);
  const ended = once(child, 'close');
  let said = '';
  for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    said += text;
    if (said.includes('Ctrl+C')) break;
  }
  const milliseconds = performance.now() - start;
  child.kill('SIGKILL');
  await ended;
  return milliseconds;
}
