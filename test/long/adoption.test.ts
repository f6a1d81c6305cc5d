/** A process dies when the platform has delivered a message for the last time. Windows are of half a second. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import * as platform from '../support/platform.ts';
import { killPrograms, stopPrograms } from '../support/programs.ts';
import { startRedis, stopRedis, track } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { deliver } from '../support/wall.ts';
import { type Bot, bundleBot, startBot, TOKEN } from './bots.ts';

let port: number;
let redis: Redis;

beforeAll(async () => {
  await bundleBot();
  ({ port } = await startRedis());
  redis = track(new Redis(port));
});
afterEach(killPrograms);
afterAll(async () => {
  await stopPrograms();
  await stopRedis();
});

const WINDOW = 500;

async function say(Content: string, bot: Bot, openid: string) {
  const fields = { ...platform.userMessage('text', { Content }), FromUserName: openid };
  const wall = { account: { token: TOKEN }, address: () => bot.address, patience: 3 * WINDOW };
  return deliver(fields, wall);
}
const startThree = async () =>
  (await Promise.all([1, 2, 3].map(() => startBot(port, WINDOW)))) as [Bot, Bot, Bot];
const countStarts = async (id: string) =>
  (await redis.lrange('started', 0, -1)).filter((start) => start.startsWith(`${id}:`));
const alive = (bots: readonly Bot[]) => bots.filter(({ isRunning }) => isRunning());
const pushed = () => redis.lrange('pushed', 0, -1);
const answered = (Content: string): unknown =>
  expect.objectContaining({ answer: expect.objectContaining({ Content }) });

it('another process runs its message again, and pushes the reply', async () => {
  const [mine, other] = await startThree();
  expect(await say('hello:0', other, 'o-other')).toEqual(answered('done hello'));
  expect(await say('slow:6000', mine, 'o-mine')).toEqual({ answer: 'success', tries: 3 });
  await mine.kill();
  expect(await pushed()).toEqual([]);
  await until(async () => (await pushed()).length > 0);
  expect(await countStarts('slow')).toEqual([`slow:${mine.pid}`, `slow:${other.pid}`]);
  // The user's next message finds what the run has kept, and the lock free.
  expect(await say('next:0', other, 'o-mine')).toEqual(answered('done next'));
  expect(await pushed()).toEqual(['done slow']);
});

it('but only once, as the message may be what kills processes', async () => {
  const bots = await startThree();
  for (const bot of bots) {
    expect(await say('hello:0', bot, `o-${bot.pid}`)).toEqual(answered('done hello'));
  }
  await say('deadly:1500:exit', bots[0], 'o-deadly');
  await until(async () => (await countStarts('deadly')).length === 2);
  // One that dies later is run again; by then the deadly one would have been, were it to be.
  await until(() => alive(bots).length === 1);
  const last = await startBot(port, WINDOW);
  expect(await say('later:6000', last, 'o-later')).toEqual({ answer: 'success', tries: 3 });
  await last.kill();
  await until(async () => (await pushed()).includes('done later'));
  expect(await countStarts('deadly')).toHaveLength(2);
  expect(alive(bots)).toHaveLength(1);
  // It does not run a third time, but onUndelivered learns of it.
  expect(await redis.lrange('undelivered', 0, -1)).toEqual(['deadly']);
  await redis.del('undelivered', 'undelivered replies');
});

it('a stream that had answered is not started again: another process reports what the user has of it', async () => {
  const [mine, other] = await startThree();
  expect(await say('hello:0', other, 'o-stream-other')).toEqual(answered('done hello'));
  const spoken = await say('stream:60000:talk', mine, 'o-stream');
  expect(spoken).toEqual(answered('stream begins. '));
  await mine.kill();
  const told = () => redis.lrange('undelivered', 0, -1);
  await until(async () => (await told()).includes('stream'));
  expect(await redis.lrange('undelivered replies', 0, -1)).toEqual([
    JSON.stringify({ type: 'text', content: 'stream begins. ' }),
  ]);
  // The user's next message is let in, and finds the conversation as it was.
  expect(await say('after:0', other, 'o-stream')).toEqual(answered('done after'));
  expect(await told()).toEqual(['stream']);
  expect(await countStarts('stream')).toEqual([`stream:${mine.pid}`]);
  expect((await pushed()).filter((text) => text.includes('stream'))).toEqual([]);
});
