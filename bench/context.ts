// What the conversation context costs: npm run bench
import { spawn } from 'node:child_process';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type Handler, type WebhookOptions } from '@wechat-mp/core';
import { Redis } from 'ioredis';
import { findRedis } from '../scripts/redis.ts';
import * as platform from '../test/support/platform.ts';

const PORT = 7791;
const settings = ['--port', String(PORT), '--save', '', '--appendonly', 'no'];
const server = spawn(findRedis(), settings, { stdio: 'ignore' });
const redis = new Redis(PORT, { retryStrategy: () => 50 });
redis.on('error', () => {});
await redis.ping();

const touch: Handler<'text'> = (message, { context }) => {
  context.set('step', context.get('step', 0) + 1).set('lastText', message.content);
  return message.content;
};
const echo: Handler<'text'> = (message) => message.content;

const cases: [name: string, handler: Handler<'text'>, options: Partial<WebhookOptions>][] = [
  ['memory, not touched', echo, {}],
  ['memory, changed', touch, {}],
  ['Redis, not touched', echo, redisStores(redis)],
  ['Redis, changed', touch, redisStores(redis)],
  ['Redis, changed, parallel', touch, { ...redisStores(redis), ordering: 'parallel' }],
];

console.log('case | at once | messages/s | CPU µs/message | p50 ms | p99 ms');
for (const [name, handler, options] of cases) {
  const webhook = createWebhook({ token: 'TOKEN', ...options }, { text: handler });
  for (const atOnce of [1, 50]) {
    await measure(webhook, atOnce, 500);
    const row = await measure(webhook, atOnce, atOnce === 1 ? 2000 : 10_000);
    console.log([name, atOnce, ...row].join(' | '));
  }
}
console.log(await measureMemory());
redis.disconnect();
server.kill();

/** Returns MEMORY USAGE of the largest of many contexts. */
async function measureMemory(): Promise<string> {
  await redis.flushall();
  const { contexts } = redisStores(redis);
  const json = JSON.stringify({ step: 12, lastText: '你好，我想查一下昨天的订单' });
  const record = { version: 1, json };
  for (let user = 0; user < 1000; user += 1) {
    const openid = `o9AgO5Kd5ggOC-bXrbN${1e8 + user}`;
    const options = { milliseconds: 7_200_000, replaces: 0 };
    await contexts.save({ account: 'gh_97417a04a28d', openid }, record, options);
  }
  const keys = await redis.keys('*');
  const sizes = await Promise.all(keys.map(async (key) => redis.memory('USAGE', key)));
  const size = Buffer.byteLength(json);
  const beyond = Math.max(...sizes.map(Number)) - size;
  return `bytes in Redis: ${beyond} beyond the ${size} of a context's JSON (limit 400)`;
}

async function measure(
  webhook: ReturnType<typeof createWebhook>,
  atOnce: number,
  messages: number,
): Promise<string[]> {
  const deliveries = Array.from({ length: 100 }, (_, user) => {
    const fields = platform.userMessage('text', { Content: 'hello' });
    const { query, body } = platform.plain(
      { token: 'TOKEN' },
      { ...fields, FromUserName: `o${user}` },
    );
    return { method: 'POST', query, body };
  });
  const times: number[] = [];
  let sent = 0;
  const work = async () => {
    while (sent < messages) {
      const started = performance.now();
      const delivery = deliveries[sent % deliveries.length];
      sent += 1;
      const { status } = await webhook.handle(delivery as (typeof deliveries)[number]);
      if (status !== 200) throw new Error(`answered ${status}`);
      times.push(performance.now() - started);
    }
  };
  const cpu = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] as number).toFixed(2);
  return [
    Math.round(messages / seconds).toString(),
    ((user + system) / messages).toFixed(0),
    at(0.5),
    at(0.99),
  ];
}
