import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import * as platform from '../support/platform.ts';
import { startRedis, stopRedis, track } from '../support/redis.ts';

const USERS = 50;
const MESSAGES = 100;
const WORKER = fileURLToPath(new URL('../support/context-process.ts', import.meta.url));
const workers = new Set<ChildProcess>();

afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await stopRedis();
});

async function startWorker(port: number, ordering: string): Promise<ChildProcess> {
  const worker = fork(WORKER, [String(port), ordering], {
    execArgv: ['--conditions=@wechat-mp/source', '--import', 'tsx'],
  });
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
  await once(worker, 'message');
  return worker;
}

/** Sends a delivery to a process; undefined when it died before it answered. */
async function deliver(worker: ChildProcess, openid: string, text: string) {
  const fields = { ...platform.userMessage('text', { Content: text }), FromUserName: openid };
  const { method, query, body } = platform.plain({ token: 'T0KEN' }, fields);
  const id = Math.random();
  return new Promise<number | undefined>((resolve) => {
    const answered = (answer: { id: number; status: number }) => {
      if (answer.id === id) end(answer.status);
    };
    const died = () => end(undefined);
    const end = (status: number | undefined) => {
      worker.off('message', answered);
      worker.off('exit', died);
      resolve(status);
    };
    worker.on('message', answered);
    worker.on('exit', died);
    if (worker.connected) worker.send({ id, request: { method, query, body } }, () => {});
    else end(undefined);
  });
}

/** Has four processes answer all messages of all users, each sent again until it is answered. */
async function flood(port: number, ordering: string, killOne: boolean): Promise<number> {
  const team = await Promise.all([1, 2, 3, 4].map(() => startWorker(port, ordering)));
  for (const worker of team) worker.setMaxListeners(0);
  const started = performance.now();
  let sentAgain = 0;
  let answered = 0;
  const send = async (user: number, message: number) => {
    for (let tries = 0; ; tries += 1) {
      const worker = team[(user + message + tries) % team.length] as ChildProcess;
      const status = await deliver(worker, `user-${user}`, `m${message}`);
      if (status === 200) break;
      sentAgain += 1;
    }
    answered += 1;
    if (killOne && answered === (USERS * MESSAGES) / 2) team[0]?.kill('SIGKILL');
  };
  await Promise.all(
    Array.from({ length: USERS }, async (_, user) => {
      // Ten at a time for each user, so that they meet.
      for (let message = 0; message < MESSAGES; message += 10) {
        await Promise.all(Array.from({ length: 10 }, (_, next) => send(user, message + next)));
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${ordering}, ${killOne ? 'one of 4 processes killed' : '4 processes'}: ${answered} messages in ${seconds.toFixed(1)} s, ${Math.round(answered / seconds)} a second, ${sentAgain} sent again`,
  );
  for (const worker of team) worker.kill('SIGKILL');
  return sentAgain;
}

async function states(redis: Redis): Promise<Record<string, unknown>[]> {
  const keys = Array.from(
    { length: USERS },
    (_, user) => `wechat:{${platform.GH}:user-${user}}:context`,
  );
  return (await redis.mget(keys)).map((value) => {
    const json = `${value}`.slice(`${value}`.indexOf('{'));
    return JSON.parse(json) as Record<string, unknown>;
  });
}

it.each([
  ['no message is lost or counted twice by four processes', false],
  ['nor when one of them is killed and its messages are delivered again', true],
])(
  '%s',
  async (_, killOne) => {
    const { port } = await startRedis();
    const sentAgain = await flood(port, 'serial', killOne);
    expect(sentAgain > 0).toBe(killOne);
    for (const { step, done } of await states(track(new Redis(port)))) {
      expect(step).toBe(MESSAGES);
      expect(new Set(done as string[]).size).toBe(MESSAGES);
    }
  },
  60_000,
);

it('in parallel every changed key is kept', async () => {
  const { port } = await startRedis();
  await flood(port, 'parallel', false);
  for (const state of await states(track(new Redis(port)))) {
    expect(Object.keys(state)).toHaveLength(MESSAGES);
  }
}, 60_000);
