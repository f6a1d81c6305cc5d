/**
 * 10 000 messages of 500 users over three processes on one Redis, one of which is killed twice. Time is
 * faster than the platform's, which hangs up after 2 s; between the end of a window and that there is
 * a second, as the machine does not get faster with it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import * as platform from '../support/platform.ts';
import { stopPrograms } from '../support/programs.ts';
import { startRedis, stopRedis, track } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { deliver, type Seen } from '../support/wall.ts';
import { type Bot, bundleBot, startBot, TOKEN } from './bots.ts';

beforeAll(bundleBot);
afterAll(async () => {
  await stopPrograms();
  await stopRedis();
});

const USERS = 500;
const MESSAGES = 20;
const WALL = 2000;
const WINDOW = 1000;

/** Nine in ten handlers are quick; of the others some need more than one delivery, or all three. */
function randomLatency(): number {
  const dice = Math.random();
  if (dice < 0.9) return Math.random() * 50;
  return Math.random() * (dice < 0.995 ? 2500 : 9000);
}

interface Sent {
  readonly id: string;
  readonly seen: Seen;
}

/** The balancer in front of the bots leaves out the one that does not listen. */
async function flood(
  bots: (Bot | undefined)[],
  onAnswer: (count: number) => void,
): Promise<Sent[]> {
  const sent: Sent[] = [];
  let turn = 0;
  const address = () => {
    const listening = bots.filter((bot) => bot !== undefined);
    turn += 1;
    return (listening[turn % listening.length] as Bot).address;
  };
  const wall = { account: { token: TOKEN }, address, patience: WALL };
  const talk = async (user: number) => {
    for (let message = 0; message < MESSAGES; message += 1) {
      const id = `u${user}-m${message}`;
      const Content = `${id}:${Math.round(randomLatency())}`;
      const fields = { ...platform.userMessage('text', { Content }), FromUserName: `o${user}` };
      sent.push({ id, seen: await deliver(fields, wall) });
      onAnswer(sent.length);
    }
  };
  // A tenth of the users talk at any moment.
  const users = Array.from({ length: USERS }, (_, user) => user);
  await Promise.all(
    Array.from({ length: USERS / 10 }, async () => {
      for (let user = users.pop(); user !== undefined; user = users.pop()) await talk(user);
    }),
  );
  return sent;
}

it('every message is answered once, though a process is killed twice', async () => {
  const { port } = await startRedis();
  const redis = track(new Redis(port));
  const bots: (Bot | undefined)[] = await Promise.all([1, 2, 3].map(() => startBot(port, WINDOW)));
  const killed: string[] = [];
  let killing = Promise.resolve();
  const replaceFirst = async () => {
    const [first] = bots as [Bot];
    killed.push(String(first.pid));
    bots[0] = undefined;
    await first.kill();
    bots[0] = await startBot(port, WINDOW);
  };
  const total = USERS * MESSAGES;
  const sent = await flood(bots, (count) => {
    if (count === total / 3 - (total % 3) / 3 || count === Math.round((total * 2) / 3)) {
      killing = killing.then(replaceFirst);
    }
  });
  await killing;
  // What is late is pushed when its handler ends, or another process has run it again.
  const late = sent.filter(({ seen }) => seen.answer === 'success' || seen.answer === undefined);
  const pushedOnce = async () => new Set(await redis.lrange('pushed', 0, -1)).size === late.length;
  await until(pushedOnce).catch(() => {});
  await pause(2 * WALL);

  const runs = new Map<string, string[]>();
  for (const start of await redis.lrange('started', 0, -1)) {
    const [id, pid] = start.split(':') as [string, string];
    runs.set(id, [...(runs.get(id) ?? []), pid]);
  }
  const pushed = await redis.lrange('pushed', 0, -1);
  const passive = (tries: number) =>
    sent.filter(({ seen }) => typeof seen.answer === 'object' && seen.tries === tries).length;
  const again = sent.filter(({ id }) => runs.get(id)?.length !== 1);
  console.log(
    [
      `${sent.length} messages of ${USERS} users, 3 processes, one killed ${killed.length} times`,
      ...[1, 2, 3].map((tries) => `answered in try ${tries}: ${passive(tries)}`),
      `answered late, by a push: ${pushed.length}`,
      `run again after their process died: ${again.length}`,
    ].join('\n'),
  );

  const texts = new Map<string, number>();
  for (const text of pushed) texts.set(text, (texts.get(text) ?? 0) + 1);
  const wrong = sent.filter(({ id, seen }) => {
    const isPassive = typeof seen.answer === 'object';
    const isRight = !isPassive || (seen.answer as platform.Fields)['Content'] === `done ${id}`;
    return !isRight || (texts.get(`done ${id}`) ?? 0) !== (isPassive ? 0 : 1);
  });
  expect(sent).toHaveLength(total);
  expect(wrong.map(({ id, seen }) => ({ id, seen, runs: runs.get(id) }))).toEqual([]);
  for (const { id } of again) {
    // All runs but the last were those of a process that was killed.
    const before = runs.get(id)?.slice(0, -1) ?? [];
    expect(before.length).toBeGreaterThan(0);
    expect(before.filter((pid) => !killed.includes(pid))).toEqual([]);
  }
});
