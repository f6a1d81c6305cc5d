/** A webhook that is given far more than it takes at once. */
import { type Clock, createWebhook } from '@wechat-mp/core';
import { plain, userMessage } from './platform.ts';

export interface CrowdReport {
  /** Handlers that were called. */
  readonly started: number;
  /** How often each answer was given before the handlers ended, and after. */
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  /** How often each warning was written. */
  readonly warnings: Readonly<Record<string, number>>;
  /** The answer to one more message after all others. */
  readonly atLast: string;
}

const ACCOUNT = { token: 'TOKEN' };
const request = (user: number) =>
  plain(ACCOUNT, { ...userMessage('text', { Content: 'hi' }), FromUserName: `o${user}` });
/** A clock that stands still: no window closes meanwhile. */
const stopped: Clock = {
  now: () => 0,
  wallTime: () => Date.now(),
  setTimeout: () => ({}),
  clearTimeout: () => {},
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Delivers so many messages at once, each of another user, to a handler that ends when all are there. */
export async function answerCrowd(
  deliveries: number,
  onWaiting: () => void = () => {},
): Promise<CrowdReport> {
  const warnings: Record<string, number> = {};
  const warn = (_details: object, message: string) => {
    warnings[message] = (warnings[message] ?? 0) + 1;
  };
  const logger = { error: warn, warn, info: () => {}, debug: () => {} };
  let finish: (reply: string) => void = () => {};
  const finished = new Promise<string>((resolve) => {
    finish = resolve;
  });
  let started = 0;
  const webhook = createWebhook({ ...ACCOUNT, logger, clock: stopped }, () => {
    started += 1;
    return finished;
  });
  let answered: Record<string, number> = {};
  const answers: Promise<void>[] = [];
  for (let user = 0; user < deliveries; user += 1) {
    const answer = webhook.handle(request(user)).then(({ body }) => {
      const kind = body.includes('at last') ? 'reply' : body;
      answered[kind] = (answered[kind] ?? 0) + 1;
    });
    answers.push(answer);
    if (user % 1000 === 0) await turn();
  }
  await turn();
  onWaiting();
  const before = answered;
  const calls = started;
  answered = {};
  finish('at last');
  await Promise.all(answers);
  const { body } = await webhook.handle(request(0));
  return { started: calls, before, after: answered, warnings, atLast: body };
}
