/** The one run of a message: how long it may take, and what its deliveries are answered with. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type Exchange,
  type Handler,
  type Message,
  type Reply,
  type ReplyLike,
  type ReplyStream,
  RunTooLongError,
  reply,
  type WebhookOptions,
} from '@wechat-mp/core';
import { GH, OPENID, plain, readAnswer, userMessage } from '../../../../test/support/platform.ts';
import { after, recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };
const advance = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);
const broken = new Error('broken');
const fail = () => {
  throw broken;
};

function setUp(handler: Handler, options: Partial<WebhookOptions> = {}) {
  const log = recorder();
  const pushed: Reply[] = [];
  const send = async (_: string, one: Reply) => void pushed.push(one);
  const client = { message: { custom: { send } } };
  const starts: number[] = [];
  const webhook = createWebhook({ ...ACCOUNT, logger: log, client, ...options }, (...args) => {
    starts.push(performance.now() - start);
    return handler(...args);
  });
  const start = performance.now();
  /** Delivers as WeChat does: hangs up after 5 s and delivers again, three times in all. */
  async function say(Content = 'a question', FromUserName = OPENID, tries = 3) {
    const fields = userMessage('text', { Content, FromUserName });
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      const delivery = plain(ACCOUNT, fields);
      const gone = new AbortController();
      const hangUp = setTimeout(() => gone.abort(), 5000);
      const { status, headers, body } = await webhook.handle({ ...delivery, signal: gone.signal });
      if (gone.signal.aborted) continue;
      clearTimeout(hangUp);
      const answer = { status, contentType: headers['content-type'], body };
      const read = readAnswer(ACCOUNT, delivery, answer, FromUserName);
      const shown = read === 'success' ? read : (read['Content'] ?? read['MsgType']);
      return { shown, attempt };
    }
    return { shown: undefined, attempt: tries };
  }
  /** Says something, lets time pass, and gives what was shown. */
  async function sayFor(milliseconds: number) {
    const answer = say();
    await advance(milliseconds);
    return answer;
  }
  const levels = () => log.lines.map(({ level }) => level).filter((level) => level !== 'info');
  return { log, levels, pushed, say, sayFor, starts };
}
const KEY = { type: 'text', target: GH, source: OPENID, id: expect.any(String) };

describe('maxDeliveries', () => {
  it.each<[1 | 2 | 3 | undefined, number, string, number]>([
    [1, 4499, 'answer', 1],
    [1, 4501, 'pending', 1],
    [2, 4999, 'answer', 1],
    [2, 5001, 'answer', 2],
    [2, 9499, 'answer', 2],
    [2, 9501, 'pending', 2],
    [3, 9999, 'answer', 2],
    [3, 10_001, 'answer', 3],
    [undefined, 14_499, 'answer', 3],
    [undefined, 14_501, 'pending', 3],
  ])('of %s: after %d ms comes the %s, in try %d', async (maxDeliveries, ms, shown, attempt) => {
    const options = { maxDeliveries, pending: 'pending' };
    const { sayFor, ...seen } = setUp(() => after(ms).then(() => 'answer'), options);
    expect(await sayFor(30_000)).toEqual({ shown, attempt });
    expect(seen.pushed).toEqual(shown === 'pending' ? [reply.text('answer')] : []);
    expect([seen.starts.length, seen.levels()]).toEqual([1, []]);
  });
});

describe('pending', () => {
  const slow = () => after(6000).then(() => 'answer');
  it.each<[string, WebhookOptions['pending'], string]>([
    ['a text', 'One moment…', 'One moment…'],
    ['a reply', reply.news([{ title: 'wait' }]), 'news'],
    ['nothing', undefined, 'success'],
    ['a function of the message', ({ type }: Message) => `Your ${type}…`, 'Your text…'],
    ['a function that has nothing to say', () => null, 'success'],
  ])('is %s', async (_, pending, shown) => {
    const { sayFor, pushed, levels } = setUp(slow, { maxDeliveries: 1, pending });
    expect(await sayFor(10_000)).toEqual({ shown, attempt: 1 });
    expect([pushed, levels()]).toEqual([[reply.text('answer')], []]);
  });

  it.each<[string, () => ReplyLike]>([
    ['throws', fail],
    ['gives what is no reply', () => 42 as never],
    ['gives a promise', () => Promise.resolve('One moment…') as never],
  ])('that %s is an error in the log, and success; the reply is late', async (_, pending) => {
    const { sayFor, pushed, log, levels } = setUp(slow, { maxDeliveries: 1, pending });
    expect(await sayFor(10_000)).toEqual({ shown: 'success', attempt: 1 });
    expect([pushed, levels()]).toEqual([[reply.text('answer')], ['error']]);
    expect(log.lines.find(({ level }) => level === 'error')?.details).toMatchObject({
      message: KEY,
    });
  });

  it('is not asked when the answer comes in time', async () => {
    const pending = jest.fn(() => 'One moment…');
    expect(await setUp(slow, { pending }).sayFor(10_000)).toEqual({ shown: 'answer', attempt: 2 });
    expect(pending).not.toHaveBeenCalled();
  });
});

describe('maxRun', () => {
  const never: Handler = () => new Promise(() => {});
  async function* endless(): ReplyStream {
    yield '走。';
    await new Promise(() => {});
  }
  it.each<[string, number | undefined, Handler]>([
    ['a handler', undefined, never],
    ['a handler', 60_000, never],
    ['a stream', 60_000, endless],
  ])('gives up %s after %s ms, which is an error in the log', async (_, maxRun, handler) => {
    let signal: AbortSignal | undefined;
    const { say, starts, log, levels, pushed } = setUp(
      (message, exchange) => {
        if (message.type === 'text' && message.content === 'next') return 'Here you are.';
        signal = exchange.signal;
        return handler(message, exchange);
      },
      { maxRun, ordering: 'serial' },
    );
    const bound = maxRun ?? 300_000;
    void say();
    await advance(bound - 4000);
    // The next message waits for its turn, and gets it.
    const next = say('next');
    await advance(3999);
    expect([signal?.aborted, starts.length, levels()]).toEqual([false, 1, []]);
    await advance(1501);
    expect([signal?.aborted, starts.length, levels()]).toEqual([true, 2, ['error']]);
    expect(await next).toEqual({ shown: 'Here you are.', attempt: 1 });
    const error = log.lines.find(({ level }) => level === 'error');
    expect(error?.details).toMatchObject({ message: KEY, err: expect.any(RunTooLongError) });
    const sent = pushed.length;
    await advance(60_000);
    expect([pushed.length, levels()]).toEqual([sent, ['error']]);
  });

  it.each<[string, () => ReplyLike, string]>([
    ['ends', () => 'too late', 'warn'],
    ['fails', fail, 'error'],
  ])('tells of a handler that %s after it, and keeps nothing of it', async (_, end, level) => {
    const onError = jest.fn((_error: unknown, _exchange: Exchange) => 'Sorry.');
    const handler: Handler = async (message, { context }) => {
      if (message.type === 'text' && message.content === 'next')
        return `${context.keys().length} kept`;
      context.set('seen', true);
      await after(50_000);
      return end();
    };
    const { say, sayFor, pushed, log, levels } = setUp(handler, { maxRun: 20_000, onError });
    expect(await sayFor(40_000)).toEqual({ shown: 'success', attempt: 3 });
    expect(onError.mock.calls[0]?.[0]).toBeInstanceOf(RunTooLongError);
    expect([pushed, levels()]).toEqual([[reply.text('Sorry.')], []]);
    await advance(20_000);
    expect([pushed.length, levels()]).toEqual([1, [level]]);
    expect(log.lines.at(-1)).toMatchObject({ details: { message: KEY }, message: /after maxRun/ });
    expect(log.text()).not.toContain('too late');
    expect(await say('next')).toEqual({ shown: '0 kept', attempt: 1 });
  });
});

describe('a handler that fails in the first delivery', () => {
  const failing = (times: number): Handler => {
    let runs = 0;
    return async (_, { context }) => {
      const seen = Number(context.get('seen', 0));
      context.set('seen', seen + 1);
      await after(1000);
      runs += 1;
      return runs > times ? `run ${runs}, seen ${seen}` : fail();
    };
  };
  const onError = () => 'Sorry.';
  it.each<[string, Partial<WebhookOptions>, number, object, number, string[]]>([
    ['is answered by onError', { onError }, 1, { shown: 'Sorry.', attempt: 1 }, 1, []],
    [
      'is run again by the next one, from the same context, with retryOnError',
      { onError, retryOnError: true },
      1,
      { shown: 'run 2, seen 0', attempt: 2 },
      2,
      ['warn'],
    ],
    [
      'and in all others is answered in the last',
      { onError, retryOnError: true },
      9,
      { shown: 'Sorry.', attempt: 3 },
      3,
      ['warn', 'warn'],
    ],
    [
      'and in all others is an error in the log without onError',
      { retryOnError: true },
      9,
      { shown: 'success', attempt: 3 },
      3,
      ['warn', 'warn', 'error'],
    ],
  ])('%s', async (_, options, times, answer, runs, expected) => {
    const { sayFor, starts, levels, pushed } = setUp(failing(times), options);
    expect(await sayFor(30_000)).toEqual(answer);
    expect([starts, levels(), pushed]).toEqual([[0, 5000, 10_000].slice(0, runs), expected, []]);
  });

  it('is not run again by the others: they get the answer of onError', async () => {
    const onFailure = jest.fn(onError);
    const handler = () => after(6000).then(fail);
    const { sayFor, starts } = setUp(handler, { onError: onFailure });
    expect(await sayFor(30_000)).toEqual({ shown: 'Sorry.', attempt: 2 });
    expect([starts.length, onFailure.mock.calls.length]).toEqual([1, 1]);
  });
});

describe('exchange', () => {
  it('.delivery is the latest delivery, while they join', async () => {
    const seen: unknown[] = [];
    const began = Date.now();
    const { sayFor } = setUp(async (_, exchange) => {
      for (const pause of [0, 4900, 200, 4800, 200]) {
        await after(pause);
        const { attempt, deadline } = exchange.delivery;
        seen.push([attempt, deadline - began]);
      }
      return 'answer';
    });
    expect(await sayFor(30_000)).toEqual({ shown: 'answer', attempt: 3 });
    const [first, second, third] = [4500, 9500, 14_500].map((end, index) => [index + 1, end]);
    expect(seen).toEqual([first, first, second, second, third]);
  });

  it.each<[Partial<WebhookOptions>, boolean]>([
    [{}, false],
    [{ abortAtDeadline: true }, true],
    [{ lateReply: 'drop' }, true],
    [{ lateReply: 'drop', abortAtDeadline: false }, false],
    [{ lateReply: 'hold' }, false],
    [{ lateReply: 'push' }, false],
  ])('.signal aborts when the last window closes, with %j: %s', async (options, isAborted) => {
    let signal: AbortSignal | undefined;
    const { say } = setUp((_, exchange) => {
      signal = exchange.signal;
      return after(20_000);
    }, options);
    void say();
    await advance(14_499);
    expect(signal?.aborted).toBe(false);
    await advance(1);
    expect(signal?.aborted).toBe(isAborted);
  });
});

it.each([3_600_000, -3_600_000])('a clock that jumps by %d ms changes nothing', async (jump) => {
  const { sayFor, starts } = setUp(() => after(7000).then(() => 'answer'));
  setTimeout(() => jest.setSystemTime(Date.now() + jump), 3000);
  expect(await sayFor(30_000)).toEqual({ shown: 'answer', attempt: 2 });
  expect(starts).toHaveLength(1);
});

it('maxPending bounds what is in work; what comes beyond it is success and a warning', async () => {
  const handler: Handler = () => after(6000).then(() => 'answer');
  const { say, starts, log, levels } = setUp(handler, { maxPending: 2, maxDeliveries: 1 });
  void say('1', 'o1');
  void say('2', 'o2');
  expect(await say('the third', 'o3')).toEqual({ shown: 'success', attempt: 1 });
  expect([starts.length, levels()]).toEqual([2, ['warn']]);
  expect(log.lines[0]?.details).toMatchObject({ message: { ...KEY, source: 'o3' } });
  expect(log.text()).not.toContain('the third');
  // A run counts for as long as it goes on, not only while a delivery waits for it.
  await advance(5900);
  expect(await say('4', 'o4')).toEqual({ shown: 'success', attempt: 1 });
  expect(starts).toHaveLength(2);
  await advance(100);
  void say('5', 'o5');
  await advance(0);
  expect(starts).toHaveLength(3);
});
