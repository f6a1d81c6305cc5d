/** Three processes behind a round-robin, redeployed one after another, again and again, while 200 users talk. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSimulator, type DeliveryRecord } from '@wechat-mp/simulator';
import { bundlePrograms, startServer, stopPrograms } from '../support/programs.ts';
import { startRedis, stopRedis } from '../support/redis.ts';
import { startRoundRobin } from '../support/round-robin.ts';

const BOT = 'test/long/processes/deployed-bot.ts';
const PROCESSES = 3;
const USERS = 200;
const DEPLOYS = 3;
/** Milliseconds that a user reads before the next text. */
const READS = 3000;
/** Milliseconds that a handler takes: most are quick, some are slower than a deploy, some late. */
const SLOW = 2000;
const LATE = 17_000;

beforeAll(() => bundlePrograms(BOT));
afterAll(async () => {
  await stopPrograms();
  await stopRedis();
});

it('nothing is lost or repeated, and every conversation continues', async () => {
  const redis = await startRedis();
  const roundRobin = await startRoundRobin();
  const wechat = await createSimulator({ target: `${roundRobin.origin}/wechat`, token: 'TOKEN' });
  const { appid, appsecret } = wechat.account;
  const environment = {
    REDIS: String(redis.port),
    API: wechat.api.url,
    APPID: appid,
    APPSECRET: appsecret,
  };
  const start = async () => {
    const { child, origin, stderr } = await startServer(BOT, environment);
    const ended = once(child, 'close');
    const stop = async () => {
      child.kill('SIGTERM');
      expect([await ended, stderr()]).toEqual([[0, null], '']);
    };
    return { origin: origin.replace('localhost', '127.0.0.1'), stop };
  };
  let running = await Promise.all(Array.from({ length: PROCESSES }, start));
  const show = () => {
    roundRobin.origins = running.map(({ origin }) => origin);
  };
  show();

  let isOver = false;
  const sent = new Map<string, string[]>();
  const tries = new Map<string, readonly DeliveryRecord[]>();
  const talk = async (name: string, number: number) => {
    const user = wechat.user(name);
    const ids: string[] = [];
    sent.set(name, ids);
    for (let turn = 0; !isOver || turn === 0; turn += 1) {
      const isLate = turn === 1 && number % 40 === 0;
      const isSlow = (turn + number) % 10 === 0;
      ids.push(`${name}.${turn}`);
      const { deliveries } = await user.sendText(
        `${name}.${turn}:${isLate ? LATE : isSlow ? SLOW : number % 50}`,
      );
      tries.set(`${name}.${turn}`, deliveries);
      if (!isOver) await pause(READS * (0.5 + (number % 10) / 10));
    }
  };
  const talks = Array.from({ length: USERS }, (_, number) => talk(`u${number}`, number));

  for (let deploy = 0; deploy < DEPLOYS; deploy += 1) {
    for (const old of running) {
      const next = await start();
      running = running.map((one) => (one === old ? next : one));
      show();
      await old.stop();
    }
  }
  isOver = true;
  await Promise.all(talks);
  // The last late ones go out before their processes end.
  roundRobin.origins = [];
  await Promise.all(running.map(({ stop }) => stop()));

  const lost: string[] = [];
  const counts = { sent: 0, answered: 0, late: 0, lost: 0, doubled: 0, contextsWrong: 0 };
  for (const [name, ids] of sent) {
    const { received } = wechat.user(name);
    const texts = received.map(({ via, message }) => ({
      via,
      text: message.type === 'text' ? message.content : message.type,
    }));
    for (const [turn, id] of ids.entries()) {
      const told = texts.filter(({ text }) => text.endsWith(` ${id}`));
      counts.sent += 1;
      if (told[0]?.via === 'reply') counts.answered += 1;
      else if (told[0]) counts.late += 1;
      else {
        counts.lost += 1;
        const took = tries.get(id)?.map(({ milliseconds, problem }) => [milliseconds, problem]);
        lost.push(`${id} ${JSON.stringify(took)}`);
      }
      if (told.length > 1) counts.doubled += 1;
      if (told[0] && told[0].text !== `${turn + 1} ${id}`) counts.contextsWrong += 1;
    }
  }
  await wechat.close();
  await roundRobin.close();
  console.log(JSON.stringify({ ...counts, deploys: DEPLOYS, statuses: roundRobin.statuses }));
  expect(lost).toEqual([]);
  expect(counts).toMatchObject({ lost: 0, doubled: 0, contextsWrong: 0 });
  expect(counts.late).toBeGreaterThan(0);
});
