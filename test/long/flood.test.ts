/**
 * 10 000 messages of 500 users over three processes on one Redis, one of which is killed twice. Time is
 * faster than the platform's, which hangs up after 2 s; between the end of a window and that there is
 * a second, as the machine does not get faster with it. FLOODS=10 plays as many, one after another.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import * as platform from '../support/platform.ts';
import { killPrograms, stopPrograms } from '../support/programs.ts';
import { startRedis, stopRedis, track } from '../support/redis.ts';
import { deliver, type Seen } from '../support/wall.ts';
import { type Bot, bundleBot, startBot, startSlowWire, TOKEN } from './bots.ts';

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
  /** The platform's MsgId. */
  readonly number: string;
  readonly at: number;
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
      const at = Date.now();
      sent.push({
        id,
        number: (fields as platform.WireFields)['MsgId'] as string,
        at,
        seen: await deliver(fields, wall),
      });
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

/** Waits for a number; ends when it has stood still for longer than a run that died takes to be taken up. */
async function untilSettled(measure: () => Promise<number>, wanted: number): Promise<void> {
  let last = -1;
  for (let still = 0; still < 60; still += 1) {
    const now = await measure();
    if (now >= wanted) return;
    if (now !== last) still = 0;
    last = now;
    await pause(500);
  }
}

function count(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** Milliseconds that the way to Redis takes, each way. */
const ways = [0, 60];
const floods = Array.from({ length: Number(process.env['FLOODS'] ?? 1) }, () => ways).flat();

it.each(floods)(
  'every message is answered once, though a process is killed twice; Redis is %d ms away',
  async (delay) => {
    const server = await startRedis();
    const { port } = server;
    const storePort = delay > 0 ? await startSlowWire(port, delay) : port;
    const redis = track(new Redis(port));
    const startOne = () => startBot(port, WINDOW, storePort);
    const bots: (Bot | undefined)[] = await Promise.all([1, 2, 3].map(startOne));
    const killed: string[] = [];
    let killing = Promise.resolve();
    const replaceFirst = async () => {
      const [first] = bots as [Bot];
      killed.push(String(first.pid));
      bots[0] = undefined;
      await first.kill();
      bots[0] = await startOne();
    };
    const total = USERS * MESSAGES;
    const sent = await flood(bots, (count) => {
      if (count === total / 3 - (total % 3) / 3 || count === Math.round((total * 2) / 3)) {
        killing = killing.then(replaceFirst);
      }
    });
    await killing;
    // A late reply is pushed when its handler ends, or another process has run it again.
    const late = sent.filter(({ seen }) => seen.answer === 'success' || seen.answer === undefined);
    const read = (list: string) => redis.lrange(list, 0, -1);
    const told = async () =>
      new Set([...(await read('pushed')), ...(await read('undelivered'))]).size;
    await untilSettled(told, late.length);
    await pause(2 * WALL);

    const runs = new Map<string, string[]>();
    for (const start of await read('started')) {
      const [id, pid] = start.split(':') as [string, string];
      runs.set(id, [...(runs.get(id) ?? []), pid]);
    }
    const pushed = await read('pushed');
    const undelivered = await read('undelivered');
    const passive = (tries: number) =>
      sent.filter(({ seen }) => typeof seen.answer === 'object' && seen.tries === tries).length;
    const again = sent.filter(({ id }) => runs.get(id)?.length !== 1);
    const texts = count(pushed);
    const given = ({ id, seen }: Sent) =>
      (typeof seen.answer === 'object' ? 1 : 0) + (texts.get(`done ${id}`) ?? 0);
    const isKilled = ({ id }: Sent) => (runs.get(id) ?? []).some((pid) => killed.includes(pid));
    // A reply being sent when its process was killed is reported as undelivered, once.
    const unknown = sent.filter(
      (one) => given(one) === 0 && isKilled(one) && count(undelivered).get(one.id) === 1,
    );
    const lost = sent.filter((one) => given(one) === 0 && !unknown.includes(one));
    const doubled = sent.filter((one) => given(one) > 1);
    // What a killed process had just given it may not have told the store; nobody else is in doubt.
    const reported = sent.filter((one) => given(one) > 0 && count(undelivered).has(one.id));
    const falsely = reported.filter(({ id }) => !killed.includes(`${runs.get(id)?.at(-1)}`));
    const mixed = sent.filter(
      ({ id, seen }) =>
        typeof seen.answer === 'object' &&
        (seen.answer as platform.Fields)['Content'] !== `done ${id}`,
    );
    console.log(
      [
        `Redis ${delay} ms away, each way: ${sent.length} messages of ${USERS} users`,
        `3 processes, one killed ${killed.length} times`,
        ...[1, 2, 3].map((tries) => `in try ${tries}: ${passive(tries)}`),
        `pushed: ${pushed.length}`,
        `run again: ${again.length}`,
        `cut off while it was sent, and told: ${unknown.length}`,
        `lost: ${lost.length}`,
        `doubled: ${doubled.length}`,
        `given, and reported all the same: ${reported.length}`,
      ].join(' · '),
    );
    const lines = await read('lines');
    const about = (one: Sent) => ({
      ...one,
      killed,
      runs: runs.get(one.id),
      pushed: texts.get(`done ${one.id}`),
      undelivered: count(undelivered).get(one.id),
      lines: lines.filter((line) => line.includes(` ${one.number} `)),
    });
    const wrong = [...lost, ...doubled, ...falsely, ...mixed].map(about);
    for (const one of wrong) console.log(one);
    expect(sent).toHaveLength(total);
    expect(wrong).toEqual([]);
    for (const { id } of again) {
      // All runs but the last were those of a process that was killed.
      const before = runs.get(id)?.slice(0, -1) ?? [];
      expect(before.length).toBeGreaterThan(0);
      expect(before.filter((pid) => !killed.includes(pid))).toEqual([]);
    }
    await killPrograms();
    redis.disconnect();
    await server.kill();
  },
);
