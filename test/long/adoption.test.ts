/** A process dies when the platform has delivered a message for the last time. Windows are of 300 ms. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Bot, startBot, stopBots, TOKEN } from '../support/bot-process.ts';
import * as platform from '../support/platform.ts';
import { startRedis, stopRedis, track, until } from '../support/redis.ts';
import { deliver } from '../support/wall.ts';

let port: number;
let redis: Redis;

beforeAll(async () => {
  ({ port } = await startRedis());
  redis = track(new Redis(port));
});
afterAll(async () => {
  await stopBots();
  await stopRedis();
});

const WINDOW = 300;

async function say(Content: string, bot: Bot, openid: string) {
  const fields = { ...platform.userMessage('text', { Content }), FromUserName: openid };
  const wall = { account: { token: TOKEN }, address: () => bot.address, patience: 400 };
  return deliver(fields, wall);
}
const startsOf = async (id: string) =>
  (await redis.lrange('started', 0, -1)).filter((start) => start.startsWith(`${id}:`));
const pushed = () => redis.lrange('pushed', 0, -1);

it('another process runs its message again, and pushes the reply', async () => {
  const [mine, other] = (await Promise.all([startBot(port, WINDOW), startBot(port, WINDOW)])) as [
    Bot,
    Bot,
  ];
  expect(await say('hello:0', other, 'o-other')).toMatchObject({ tries: 1 });
  expect(await say('slow:2500', mine, 'o-mine')).toEqual({ answer: 'success', tries: 3 });
  await mine.kill();
  expect(await pushed()).toEqual([]);
  await until(async () => (await pushed()).length > 0);
  expect(await startsOf('slow')).toEqual([`slow:${mine.pid}`, `slow:${other.pid}`]);
  // The user's next message finds what the run has kept, and the lock free.
  expect(await say('next:0', other, 'o-mine')).toMatchObject({ tries: 1 });
  expect(await pushed()).toEqual(['done slow']);
  await other.kill();
}, 30_000);

it('but only once, as the message may be what kills processes', async () => {
  const bots = await Promise.all([1, 2, 3].map(() => startBot(port, WINDOW)));
  for (const bot of bots) await say('hello:0', bot, `o-${bot.pid}`);
  await say('deadly:1500:exit', bots[0] as Bot, 'o-deadly');
  await until(async () => (await startsOf('deadly')).length === 2);
  // Longer than the handler, its lease and the time between two looks together.
  await pause(5000);
  expect(await startsOf('deadly')).toHaveLength(2);
  const alive = await Promise.all(
    bots.map((bot) => say('hello:0', bot, `o-${bot.pid}`).then(({ answer }) => typeof answer)),
  );
  expect(alive.sort()).toEqual(['object', 'undefined', 'undefined']);
}, 30_000);
