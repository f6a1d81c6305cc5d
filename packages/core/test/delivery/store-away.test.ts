/** A store that is away for some seconds, as Redis is while Sentinel looks for a new master. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Reply,
  type UndeliveredError,
  type WebhookOptions,
} from '@wechat-mp/core';
import { plain, userMessage } from '../../../../test/support/platform.ts';
import { after, recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };

/**
 * A bot that answers after 6 seconds, whose stores are away from `since` to `until`, in milliseconds.
 * `isSaving`: whether it changes the conversation.
 */
function createBot(
  since: number,
  until: number,
  options: Partial<WebhookOptions> = {},
  isSaving = true,
) {
  const start = Date.now();
  const check = () => {
    const now = Date.now() - start;
    if (now >= since && now < until) throw new Error('away');
  };
  class Contexts extends MemoryContextStore {
    override async save(...given: Parameters<MemoryContextStore['save']>) {
      check();
      return super.save(...given);
    }
  }
  class Deliveries extends MemoryDeliveryStore {
    override async claim(...given: Parameters<MemoryDeliveryStore['claim']>) {
      check();
      return super.claim(...given);
    }
    override async finish(...given: Parameters<MemoryDeliveryStore['finish']>) {
      check();
      return super.finish(...given);
    }
    override async releaseReply(...given: Parameters<MemoryDeliveryStore['releaseReply']>) {
      check();
      return super.releaseReply(...given);
    }
    override async claimLateReply(...given: Parameters<MemoryDeliveryStore['claimLateReply']>) {
      check();
      return super.claimLateReply(...given);
    }
  }
  const pushed: Reply[] = [];
  const undelivered: UndeliveredError[] = [];
  const log = recorder();
  let runs = 0;
  const webhook = createWebhook(
    {
      ...ACCOUNT,
      contexts: new Contexts(),
      deliveries: new Deliveries(),
      logger: log,
      lateReply: async (reply) => void pushed.push(reply),
      onUndelivered: (error) => void undelivered.push(error),
      ...options,
    },
    async (_message, { context }) => {
      runs += 1;
      await after(6000);
      const count = context.get('count', 0) + 1;
      if (isSaving) context.set('count', count);
      return `answer ${count}`;
    },
  );
  const message = userMessage('text', { Content: 'hi' });
  /** Delivers it, and disconnects after a number of milliseconds. */
  const deliver = (patience = 5000) => {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), patience);
    return webhook.handle({ ...plain(ACCOUNT, message), signal: gone.signal });
  };
  return { deliver, pushed, undelivered, log, webhook, runs: () => runs };
}
const answer = { type: 'text', content: 'answer 1' };

it('a reply that cannot be stored is kept until it can, and sent late', async () => {
  const { deliver, pushed, undelivered, runs } = createBot(5500, 20_000);
  void deliver();
  await jest.advanceTimersByTimeAsync(60_000);
  expect({ pushed, undelivered, runs: runs() }).toEqual({
    pushed: [answer],
    undelivered: [],
    runs: 1,
  });
});

it('the same when the last delivery was answered without it', async () => {
  const { deliver, pushed, undelivered } = createBot(5500, 20_000, { maxDeliveries: 1 });
  const answered = deliver();
  await jest.advanceTimersByTimeAsync(60_000);
  expect((await answered).body).toBe('success');
  expect({ pushed, undelivered }).toEqual({ pushed: [answer], undelivered: [] });
});

it('a delivery that waits is refused meanwhile, and the next has the reply; the handler ran once', async () => {
  const { deliver, pushed, runs } = createBot(5500, 9000);
  void deliver();
  await jest.advanceTimersByTimeAsync(5000);
  const second = deliver();
  await jest.advanceTimersByTimeAsync(5000);
  expect((await second).status).toBe(503);
  const third = deliver();
  await jest.advanceTimersByTimeAsync(5000);
  expect((await third).body).toContain('answer 1');
  await jest.advanceTimersByTimeAsync(60_000);
  expect({ pushed, runs: runs() }).toEqual({ pushed: [], runs: 1 });
});

it('what a delivery has got is not sent as well when the store is away as that is asked', async () => {
  const { deliver, pushed } = createBot(12_000, 25_000);
  void deliver();
  await jest.advanceTimersByTimeAsync(6500);
  // The first has gone; the reply waits for this one.
  const second = deliver();
  await jest.advanceTimersByTimeAsync(60_000);
  expect((await second).body).toContain('answer 1');
  expect(pushed).toEqual([]);
});

it('a run whose context cannot be loaded when nobody waits any more waits for the store', async () => {
  const away = 20_000;
  class SlowContexts extends MemoryContextStore {
    override async load(...given: Parameters<MemoryContextStore['load']>) {
      await after(2000);
      if (Date.now() - start < away) throw new Error('away');
      return super.load(...given);
    }
  }
  const start = Date.now();
  const contexts = new SlowContexts();
  const { deliver, pushed, undelivered, runs } = createBot(away, away, { contexts });
  void deliver(1000);
  await jest.advanceTimersByTimeAsync(60_000);
  expect({ pushed, undelivered, runs: runs() }).toEqual({
    pushed: [answer],
    undelivered: [],
    runs: 1,
  });
});

it('a delivery that could not be claimed has the reply of a run that the store has ended since', async () => {
  const { deliver, pushed, runs } = createBot(4900, 5500);
  void deliver(4800);
  await jest.advanceTimersByTimeAsync(5000);
  const second = deliver();
  await jest.advanceTimersByTimeAsync(60_000);
  expect((await second).body).toContain('answer 1');
  expect({ pushed, runs: runs() }).toEqual({ pushed: [], runs: 1 });
});

it('onUndelivered is called for a reply when the store stays away', async () => {
  const { deliver, pushed, undelivered } = createBot(5500, Number.POSITIVE_INFINITY);
  void deliver();
  await jest.advanceTimersByTimeAsync(120_000);
  expect(pushed).toEqual([]);
  expect(undelivered.map(({ reply }) => reply)).toEqual([answer]);
});

it('a reply that a delivery got while the store was away is not reported when the webhook is closed', async () => {
  const { deliver, pushed, undelivered, webhook } = createBot(
    5500,
    Number.POSITIVE_INFINITY,
    {},
    false,
  );
  void deliver();
  await jest.advanceTimersByTimeAsync(5000);
  const second = deliver();
  await jest.advanceTimersByTimeAsync(2000);
  expect((await second).body).toContain('answer 1');
  const closed = webhook.close();
  await jest.advanceTimersByTimeAsync(60_000);
  await closed;
  expect({ pushed, undelivered }).toEqual({ pushed: [], undelivered: [] });
});

it.each(['claim', 'load'])(
  'a message that onError has answered is not run later: a %s failed',
  async (what) => {
    let isAway = true;
    const fail = () => {
      if (!isAway) return;
      isAway = false;
      throw new Error('away');
    };
    class Contexts extends MemoryContextStore {
      override async load(...given: Parameters<MemoryContextStore['load']>) {
        if (what === 'load') fail();
        return super.load(...given);
      }
    }
    class Deliveries extends MemoryDeliveryStore {
      override async claim(...given: Parameters<MemoryDeliveryStore['claim']>) {
        if (what === 'claim') fail();
        return super.claim(...given);
      }
    }
    const stores = { contexts: new Contexts(), deliveries: new Deliveries() };
    const { deliver, pushed, runs } = createBot(0, 0, { ...stores, onError: () => 'Sorry.' });
    expect((await deliver()).body).toContain('Sorry.');
    await jest.advanceTimersByTimeAsync(60_000);
    expect({ pushed, runs: runs() }).toEqual({ pushed: [], runs: 0 });
  },
);

it.each<[string, Partial<WebhookOptions>, string, number]>([
  ['is answered by onError', { onError: () => 'Sorry.' }, 'Sorry.', 2],
  ['is refused, and handled once the store is back', {}, '503', 3],
])('a message of a user whose others wait %s', async (_, options, shown, handled) => {
  let isAway = false;
  class Deliveries extends MemoryDeliveryStore {
    override async wait(...given: Parameters<MemoryDeliveryStore['wait']>) {
      if (isAway) throw new Error('away');
      return super.wait(...given);
    }
  }
  const { deliver, webhook, runs } = createBot(0, 0, {
    deliveries: new Deliveries(),
    maxQueued: 1,
    ...options,
  });
  const say = (Content: string) => webhook.handle(plain(ACCOUNT, userMessage('text', { Content })));
  void deliver();
  void say('waits');
  await jest.advanceTimersByTimeAsync(100);
  isAway = true;
  const crowded = say('again');
  await jest.advanceTimersByTimeAsync(1000);
  isAway = false;
  const { status, body } = await crowded;
  expect(`${status} ${body}`).toContain(shown);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(runs()).toBe(handled);
});
