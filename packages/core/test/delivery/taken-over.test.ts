/** A process that stands still for some seconds: another one takes its run over, and it goes on. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type Handler,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Reply,
  type UndeliveredError,
  type WebhookOptions,
} from '@wechat-mp/core';
import { OPENID, plain, userMessage } from '../../../../test/support/platform.ts';
import { after, recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };
const MESSAGE = userMessage('text', { Content: 'hi' });
const USER = { account: 'default', openid: OPENID };
const passes = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

/** A store as a process sees it that stands still until a time. */
function createView<T extends object>(store: T, until: () => number): T {
  return new Proxy(store, {
    get: (_, name) => {
      const method: unknown = Reflect.get(store, name);
      if (typeof method !== 'function') return method;
      return async (...given: unknown[]) => {
        // Its timers do not run.
        if (name === 'renew' && Date.now() < until()) return undefined;
        while (Date.now() < until()) await after(until() - Date.now());
        return Reflect.apply(method, store, given) as unknown;
      };
    },
  });
}

/** Processes that share their stores. */
function createBot(createHandler: (process: string) => Handler, options: Partial<WebhookOptions>) {
  const shared = { contexts: new MemoryContextStore(), deliveries: new MemoryDeliveryStore() };
  const pushed: Reply[] = [];
  const undelivered: UndeliveredError[] = [];
  const log = recorder();
  function createProcess(name: string) {
    let until = 0;
    const webhook = createWebhook(
      {
        ...ACCOUNT,
        contexts: createView(shared.contexts, () => until),
        deliveries: createView(shared.deliveries, () => until),
        logger: log,
        lateReply: async (reply) => void pushed.push(reply),
        onUndelivered: (error) => void undelivered.push(error),
        ...options,
      },
      createHandler(name),
    );
    const deliver = () => {
      const gone = new AbortController();
      setTimeout(() => gone.abort(), 5000);
      return webhook.handle({ ...plain(ACCOUNT, MESSAGE), signal: gone.signal });
    };
    /** Stops it for some milliseconds. */
    const stop = (milliseconds: number) => {
      until = Date.now() + milliseconds;
    };
    return { deliver, stop };
  }
  return { ...shared, createProcess, pushed, undelivered, log };
}

it('a message that waited for the lock of another process is run by the one that has it now', async () => {
  const starts: string[] = [];
  const bot = createBot(
    (process) =>
      ({ type }, { signal }) => {
        starts.push(process);
        return signal.aborted ? 'too late' : `a ${type}`;
      },
    {},
  );
  const lock = { owner: 'another message', lease: 60_000 };
  await bot.contexts.load(USER, lock);
  const first = bot.createProcess('first');
  void first.deliver();
  await passes(1000);
  first.stop(7000);
  await passes(4000);
  const second = bot.createProcess('second');
  void second.deliver();
  await passes(5000);
  const third = second.deliver();
  await passes(1000);
  await bot.contexts.release(USER, lock);
  await passes(1000);
  expect((await third).body).toContain('a text');
  await passes(60_000);
  expect(starts).toEqual(['second']);
  expect({ pushed: bot.pushed, undelivered: bot.undelivered }).toEqual({
    pushed: [],
    undelivered: [],
  });
});

const obeys = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve());
  });
async function* speak(signal: AbortSignal) {
  await obeys(signal);
  yield 'cut short';
}
it.each<[string, Handler, string[], string[]]>([
  ['ends', (_, { signal }) => obeys(signal).then(() => null), [], ['none']],
  ['gives what it has', (_, { signal }) => obeys(signal).then(() => 'cut short'), [], ['none']],
  [
    'fails',
    (_, { signal }) =>
      obeys(signal).then(() => {
        throw new Error('aborted');
      }),
    [],
    ['none'],
  ],
  ['is a stream', (_, { signal }) => speak(signal), [], ['none']],
  ['does not look at it', () => after(25_000).then(() => 'whole'), ['whole'], []],
])(
  'the result of a run that was taken over, whose handler %s as its signal aborts, and whose second process dies',
  async (_, handler, late, told) => {
    const bot = createBot(() => handler, { maxDeliveries: 1 });
    const claiming = jest.spyOn(bot.deliveries, 'claim');
    const first = bot.createProcess('first');
    void first.deliver();
    await passes(6000);
    const [id, claim] = claiming.mock.calls[0] as Parameters<MemoryDeliveryStore['claim']>;
    first.stop(12_000);
    await passes(11_000);
    const other = { ...claim, owner: 'the second process', lease: 10_000, attempt: 0 };
    expect(await bot.deliveries.claim(id, other)).toMatchObject({ state: 'yours' });
    await passes(60_000);
    const texts = bot.pushed.map((one) => (one.type === 'text' ? one.content : one.type));
    const undelivered = bot.undelivered.map(({ reply }) => reply.type);
    expect({ texts, undelivered }).toEqual({ texts: late, undelivered: told });
  },
);

it('a run that was taken over is run once more when it is free again', async () => {
  const bot = createBot(
    (process) =>
      async (_, { signal }) => {
        if (process === 'first') await obeys(signal);
        return process;
      },
    {},
  );
  const claiming = jest.spyOn(bot.deliveries, 'claim');
  const first = bot.createProcess('first');
  void first.deliver();
  await passes(100);
  const [id, claim] = claiming.mock.calls[0] as Parameters<MemoryDeliveryStore['claim']>;
  first.stop(6000);
  await passes(4800);
  await bot.deliveries.claim(id, { ...claim, owner: 'it dies', lease: 3000, attempt: 0 });
  await passes(200);
  const second = bot.createProcess('second').deliver();
  await passes(60_000);
  expect((await second).body).toContain('second');
  expect({ pushed: bot.pushed, undelivered: bot.undelivered }).toEqual({
    pushed: [],
    undelivered: [],
  });
});
