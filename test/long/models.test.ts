/** A crowd asks a language model at once, of three processes of which one is killed. Real seconds. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { formatMarkdown } from '@wechat-mp/ai';
import { Redis } from 'ioredis';
import * as platform from '../support/platform.ts';
import { bundlePrograms, forkProgram, killProgram, stopPrograms } from '../support/programs.ts';
import { startRedis, stopRedis, track } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { deliver } from '../support/wall.ts';
import { isMarkdown, USERS, writeAnswer } from './model-answers.ts';

const BOT = 'test/long/processes/model-bot.ts';
const token = 'ModelBot';
let port: number;
let redis: Redis;

beforeAll(async () => {
  await bundlePrograms(BOT);
  ({ port } = await startRedis());
  redis = track(new Redis(port));
});
afterAll(async () => {
  await stopPrograms();
  await stopRedis();
});

/** The part of an answer that a user received. */
interface Share {
  readonly passive: string;
  readonly pushed: readonly string[];
  readonly undelivered: readonly string[];
}

/** White space at a cut is not shown. */
const squeeze = (text: string) => text.replace(/\s+/g, '');
const createExpected = (number: number) =>
  squeeze(isMarkdown(number) ? formatMarkdown(writeAnswer(number)) : writeAnswer(number));

/** How a share stands to the answer: all of it, all with the rest, or the beginning of a process that died. */
function judge(number: number, { passive, pushed, undelivered }: Share): string {
  const expected = createExpected(number);
  const seen = squeeze([passive, ...pushed].join(''));
  if (seen === expected) return 'seen';
  if (seen + squeeze(undelivered.join('')) === expected) return 'seen, and the rest undelivered';
  const isBeginning = expected.startsWith(seen) && seen !== '';
  // Another process tells what the user has of a stream that has died.
  const isTold = undelivered.some((text) => expected.startsWith(squeeze(text)));
  return isBeginning && isTold ? 'begun by the process that died' : 'not over';
}

it('every character arrives once and in order, or is reported as undelivered', async () => {
  const bots = await Promise.all(
    [1, 2, 3].map(() => forkProgram<number>(BOT, token, String(port))),
  );
  const address = (number: number) =>
    `http://127.0.0.1:${bots[number % bots.length]?.ready}/wechat`;
  const numbers = Array.from({ length: USERS }, (_, index) => index);
  const asking = numbers.map(async (number) => {
    const fields = {
      ...platform.userMessage('text', { Content: String(number) }),
      FromUserName: `o-${number}`,
    };
    const wall = { account: { token }, address: (attempt: number) => address(number + attempt) };
    const { answer } = await deliver(fields, wall);
    return typeof answer === 'object' ? (answer['Content'] as string) : '';
  });
  await pause(8000);
  const [victim] = bots;
  if (victim) await killProgram(victim.child);
  const passives = await Promise.all(asking);

  const readShare = async (number: number): Promise<Share> => ({
    passive: passives[number] ?? '',
    pushed: await redis.lrange(`pushed:o-${number}`, 0, -1),
    undelivered: await redis.lrange(`undelivered:o-${number}`, 0, -1),
  });
  const judgeAll = async () =>
    Promise.all(numbers.map(async (number) => judge(number, await readShare(number))));
  await until(async () => {
    await pause(1000);
    return !(await judgeAll()).includes('not over');
  });

  // Nothing comes after the end.
  await pause(10_000);
  const verdicts = await judgeAll();
  const count = (wanted: string) => verdicts.filter((verdict) => verdict === wanted).length;
  expect(count('not over')).toBe(0);
  expect(count('seen')).toBeGreaterThan(USERS / 4);
  // Only those of the process that was killed.
  expect(count('begun by the process that died')).toBeGreaterThan(0);
  expect(count('begun by the process that died')).toBeLessThanOrEqual(USERS / 3 + 1);
  for (const number of numbers) {
    const { passive, pushed } = await readShare(number);
    expect(pushed.length).toBeLessThanOrEqual(5);
    for (const text of [passive, ...pushed]) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2048);
      expect(text.match(/<a /g)?.length).toBe(text.match(/<\/a>/g)?.length);
    }
  }
});
