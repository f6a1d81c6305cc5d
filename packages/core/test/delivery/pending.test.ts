import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { createWebhook, type ReplyLike } from '@wechat-mp/core';
import { plain, userMessage } from '../../../../test/support/platform.ts';

const ACCOUNT = { token: 'TOKEN' };
const request = (user: number) =>
  plain(ACCOUNT, { ...userMessage('text', { Content: 'hi' }), FromUserName: `o${user}` });

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** The collector does part of its work later, on other threads, which a busy machine keeps waiting. */
async function heapUsed(): Promise<number> {
  const sizes: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    collect();
    await pause(20);
    sizes.push(process.memoryUsage().heapUsed);
  }
  return Math.min(...sizes);
}

it('of 100 000 deliveries at once 10 000 are handled, and each other one is answered success and logged', async () => {
  const warnings: string[] = [];
  const logger = {
    error: () => {},
    warn: (_details: object, message: string) => void warnings.push(message),
    info: () => {},
    debug: () => {},
  };
  let finish: (reply: ReplyLike) => void = () => {};
  const finished = new Promise<ReplyLike>((resolve) => {
    finish = resolve;
  });
  let started = 0;
  const webhook = createWebhook({ ...ACCOUNT, logger, replyWindow: 60_000 }, () => {
    started += 1;
    return finished;
  });
  const bodies = new Map<string, number>();
  const before = await heapUsed();
  const answers: Promise<void>[] = [];
  for (let user = 0; user < 100_000; user += 1) {
    const answer = webhook.handle(request(user)).then(({ body }) => {
      const kind = body.includes('at last') ? 'reply' : body;
      bodies.set(kind, (bodies.get(kind) ?? 0) + 1);
    });
    answers.push(answer);
    if (user % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(started).toBe(10_000);
  expect(bodies).toEqual(new Map([['success', 90_000]]));
  expect(warnings).toHaveLength(90_000);
  expect(warnings[0]).toContain('10000 messages are in work (maxPending)');
  expect(((await heapUsed()) - before) / 2 ** 20).toBeLessThan(200);

  finish('at last');
  await Promise.all(answers);
  expect(bodies.get('reply')).toBe(10_000);
  // There is room again.
  expect((await webhook.handle(request(0))).body).toContain('at last');
}, 30_000);
