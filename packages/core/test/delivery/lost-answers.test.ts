/**
 * A store that does what it is asked, but whose answers are lost, as Redis while a master dies: who asked
 * takes it for failed. Two processes share it; the user gets the reply once all the same.
 */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Reply,
  type UndeliveredError,
  type WebhookOptions,
} from '@wechat-mp/core';
import type { RegisteredRun, RunRegistry } from '@wechat-mp/core/stores';
import { plain, userMessage } from '../../../../test/support/platform.ts';
import { after, recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };
const MESSAGE = userMessage('text', { Content: 'hi' });
type Step = 'claim' | 'finish' | 'wait' | 'closeWindow';

/** The runs of a dead process, which can be taken once. */
function createRegistry(dead: RegisteredRun[] = []): RunRegistry {
  return {
    write: async () => {},
    beat: async () => {},
    erase: async () => {},
    takeExpired: async (_isKnown, limit) => dead.splice(0, limit),
  };
}

/** Processes that share one store; each loses the answers of the steps in its own set. */
function createBot(takes: number, dead: RegisteredRun[] = []) {
  const shared = new MemoryDeliveryStore();
  const contexts = new MemoryContextStore();
  const pushed: Reply[] = [];
  const undelivered: UndeliveredError[] = [];
  const log = recorder();
  let runs = 0;
  function createProcess() {
    const losing = new Set<Step>();
    const deliveries = new Proxy(shared, {
      get: (_, name: keyof MemoryDeliveryStore | 'runRegistry') => {
        if (name === 'runRegistry') return createRegistry(dead);
        const method = shared[name];
        if (typeof method !== 'function') return method;
        return async (...given: unknown[]) => {
          if (name === 'closeWindow') await after(100);
          const answer: unknown = await Reflect.apply(method as () => unknown, shared, given);
          if (losing.has(name as Step)) throw new Error('the connection broke');
          return answer;
        };
      },
    });
    const webhook = createWebhook(
      {
        ...ACCOUNT,
        contexts,
        deliveries,
        logger: log,
        lateReply: async (reply) => void pushed.push(reply),
        onUndelivered: (error) => void undelivered.push(error),
      },
      async () => {
        runs += 1;
        await after(takes);
        return 'the answer';
      },
    );
    const deliver = () => {
      const gone = new AbortController();
      setTimeout(() => gone.abort(), 5000);
      return webhook.handle({ ...plain(ACCOUNT, MESSAGE), signal: gone.signal });
    };
    return { deliver, losing };
  }
  return { createProcess, pushed, undelivered, log, runs: () => runs };
}
const ANSWER = { type: 'text', content: 'the answer' };
const passes = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

it('a run that was claimed by a process that never knew ends all the same', async () => {
  const bot = createBot(8000);
  const first = bot.createProcess();
  void first.deliver();
  await passes(100);
  // Its lease is over, as after a store that was away for some seconds.
  const second = bot.createProcess();
  const renewing = jest.spyOn(MemoryDeliveryStore.prototype, 'renew');
  renewing.mockImplementation(async () => 'renewed');
  await passes(5000);
  for (const step of ['claim', 'finish'] as const) second.losing.add(step);
  expect((await second.deliver()).status).toBe(503);
  second.losing.clear();
  renewing.mockRestore();
  await passes(60_000);
  expect({ pushed: bot.pushed, runs: bot.runs() }).toEqual({ pushed: [ANSWER], runs: 1 });
});

it('a message whose first claim was lost is handled once the store is back', async () => {
  const bot = createBot(100);
  const only = bot.createProcess();
  for (const step of ['claim', 'finish'] as const) only.losing.add(step);
  expect((await only.deliver()).status).toBe(503);
  expect(bot.runs()).toBe(0);
  only.losing.clear();
  await passes(60_000);
  expect({ pushed: bot.pushed, runs: bot.runs() }).toEqual({ pushed: [ANSWER], runs: 1 });
});

it('a run of a dead process that cannot be taken up at once is taken up later', async () => {
  const dead: RegisteredRun[] = [];
  const bot = createBot(100, dead);
  const only = bot.createProcess();
  // It comes to know the account.
  void only.deliver();
  await passes(200);
  expect(bot.runs()).toBe(1);
  const other = userMessage('text', { Content: 'of the dead' });
  const { body } = plain(ACCOUNT, { ...other, MsgId: '42' });
  dead.push({ account: 'default', owner: 'dead', message: String(body) });
  only.losing.add('claim');
  await passes(10_000);
  only.losing.clear();
  await passes(60_000);
  expect({ pushed: bot.pushed, runs: bot.runs() }).toEqual({ pushed: [ANSWER], runs: 2 });
});

it.each<[Step, number, number]>([
  ['wait', 2, 6000],
  // The one before it, too, is looked after.
  ['wait', 3, 12_000],
  // Its window closes as the run ends.
  ['closeWindow', 3, 14_550],
])(
  'a reply that was given to a delivery which never knew is sent late: by %s, to delivery %i',
  async (step, number, takes) => {
    const bot = createBot(takes);
    const first = bot.createProcess();
    void first.deliver();
    const other = bot.createProcess();
    other.losing.add(step);
    for (let delivery = 2; delivery <= number; delivery += 1) {
      await passes(5000);
      void other.deliver();
    }
    await passes(5000);
    other.losing.clear();
    await passes(60_000);
    expect(bot).toMatchObject({ pushed: [ANSWER], undelivered: [] });
    expect(bot.log.lines.map(({ message }) => message).join()).toContain('a delivery could not');
  },
);

/** A bot that changes the conversation, whose `onError` answers; some of the first ends lose their answer, after 1 s. */
function createSaving(
  lost: number,
  {
    takes = 3500,
    text = 'the answer',
    ...options
  }: Partial<WebhookOptions> & { takes?: number; text?: string },
) {
  const pushed: Reply[] = [];
  const undelivered: UndeliveredError[] = [];
  let ends = 0;
  class Deliveries extends MemoryDeliveryStore {
    override async finish(...given: Parameters<MemoryDeliveryStore['finish']>) {
      const result = await super.finish(...given);
      ends += 1;
      if (ends > lost) return result;
      await after(1000);
      throw new Error('it took too long');
    }
  }
  const webhook = createWebhook(
    {
      ...ACCOUNT,
      contexts: new MemoryContextStore(),
      deliveries: new Deliveries(),
      logger: recorder(),
      onError: () => 'Sorry.',
      lateReply: async (reply) => void pushed.push(reply),
      onUndelivered: (error) => void undelivered.push(error),
      maxDeliveries: 1,
      ...options,
    },
    async (_message, { context }) => {
      await after(takes);
      context.set('step', 1);
      return text;
    },
  );
  const deliver = async () => {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 5000);
    const answer = await webhook.handle({ ...plain(ACCOUNT, MESSAGE), signal: gone.signal });
    return `${answer.status} ${gone.signal.aborted ? '' : answer.body}`;
  };
  return { deliver, pushed, undelivered };
}
const LONG = '中'.repeat(1000);
const rethrow = (error: unknown) => {
  throw error;
};

it.each<[string, number, Parameters<typeof createSaving>[1], string, string]>([
  ['onError has answered', 2, { takes: 3000 }, 'Sorry.', 'the answer'],
  ['it was refused', 1, { onError: rethrow }, '503', 'the answer'],
  [
    'it was refused, and the store stayed away',
    9,
    { takes: 2000, onError: rethrow },
    '503',
    'the answer',
  ],
  ['its window had closed', 1, { takes: 4000 }, 'success', 'the answer'],
  ['it has the reply after all: the rest', 1, { text: LONG }, LONG.slice(0, 682), LONG.slice(682)],
  ['its window had closed: all of it', 1, { takes: 4000, text: LONG }, 'success', LONG],
])(
  'a reply whose end was carried out late is sent, as for its delivery %s',
  async (_, lost, options, shown, late) => {
    const { deliver, pushed, undelivered } = createSaving(lost, options);
    const answering = deliver();
    await passes(60_000);
    expect(await answering).toContain(shown);
    const texts = pushed.map((one) => (one.type === 'text' ? one.content : one.type));
    expect({ late: texts.join(''), undelivered }).toEqual({ late, undelivered: [] });
  },
);

it.each<[string, number, Partial<WebhookOptions>]>([
  ['was refused', 1, { onError: rethrow }],
  ['is answered by onError', 2, {}],
])(
  'such a reply is given once, when a delivery %s and the next one has it',
  async (_, lost, options) => {
    const { deliver, pushed } = createSaving(lost, { takes: 2800, maxDeliveries: 3, ...options });
    void deliver();
    await passes(5000);
    expect(await Promise.race([deliver(), passes(20_000)])).toContain('the answer');
    await passes(60_000);
    expect(pushed).toEqual([]);
  },
);
