/** Contexts that four processes change, one of which may be killed. */
import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import * as platform from '../support/platform.ts';
import {
  bundlePrograms,
  forkProgram,
  killProgram,
  killPrograms,
  stopPrograms,
} from '../support/programs.ts';
import { startRedis, stopRedis } from '../support/redis.ts';

const USERS = 30;
const MESSAGES = 80;
const WORKER = 'test/long/processes/context.ts';

beforeAll(() => bundlePrograms(WORKER));
afterEach(killPrograms);
afterAll(async () => {
  await stopPrograms();
  await stopRedis();
});

async function startWorker(port: number, ordering: string): Promise<ChildProcess> {
  const { child } = await forkProgram(WORKER, String(port), ordering);
  return child.setMaxListeners(0);
}

interface Answer {
  readonly id: number;
  readonly status: number;
  readonly body: string;
}

/** Sends a delivery to a process; undefined when it died before it answered. */
async function deliver(worker: ChildProcess, openid: string, text: string) {
  const fields = { ...platform.userMessage('text', { Content: text }), FromUserName: openid };
  const { method, query, body } = platform.plain({ token: 'T0KEN' }, fields);
  const id = Math.random();
  return new Promise<Answer | undefined>((resolve) => {
    const answered = (answer: Answer) => {
      if (answer.id === id) end(answer);
    };
    const died = () => end(undefined);
    const end = (answer: Answer | undefined) => {
      worker.off('message', answered);
      worker.off('exit', died);
      resolve(answer);
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
  const started = performance.now();
  let sentAgain = 0;
  let answered = 0;
  const send = async (user: number, message: number) => {
    for (let tries = 0; ; tries += 1) {
      const worker = team[(user + message + tries) % team.length] as ChildProcess;
      const answer = await deliver(worker, `user-${user}`, `m${message}`);
      // Late ones are delivered again, as those of a process that died are.
      if (answer?.status === 200 && answer.body !== 'success') break;
      sentAgain += 1;
    }
    answered += 1;
    if (killOne && answered === (USERS * MESSAGES) / 2) void killProgram(team[0] as ChildProcess);
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
  return sentAgain;
}

/** Reads the users' contexts through a process. */
async function readStates(port: number): Promise<Record<string, unknown>[]> {
  const worker = await startWorker(port, 'serial');
  const users = Array.from({ length: USERS }, (_, user) => user);
  const ask = async (user: number): Promise<Record<string, unknown>> => {
    const answer = await deliver(worker, `user-${user}`, 'tell');
    const json = /<Content><!\[CDATA\[(.*?)]]>/.exec(answer?.body ?? '')?.[1];
    return json === undefined ? ask(user) : (JSON.parse(json) as Record<string, unknown>);
  };
  return Promise.all(users.map(ask));
}

it.each([
  ['no message is lost or counted twice by four processes', false],
  ['nor when one of them is killed and its messages are delivered again', true],
])('%s', async (_, killOne) => {
  const { port } = await startRedis();
  const sentAgain = await flood(port, 'serial', killOne);
  expect(sentAgain > 0 || !killOne).toBe(true);
  for (const { step, done } of await readStates(port)) {
    expect(step).toBe(MESSAGES);
    expect(new Set(done as string[]).size).toBe(MESSAGES);
  }
});

it('in parallel every changed key is kept', async () => {
  const { port } = await startRedis();
  await flood(port, 'parallel', false);
  for (const state of await readStates(port)) {
    expect(Object.keys(state)).toHaveLength(MESSAGES);
  }
});
