/** Contexts in a store of one's own, beside that of the deliveries: what of two steps fails, and what of it was done. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type Exchange,
  type Handler,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Reply,
  reply,
  type UndeliveredError,
  type Webhook,
  type WebhookOptions,
} from '@wechat-mp/core';
import { OPENID, plain, userMessage } from '../../../../test/support/platform.ts';
import { after, recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };
const MESSAGE = plain(ACCOUNT, userMessage('text', { Content: 'hi' }));
const ANSWER = { type: 'text', content: 'the answer' };
const passes = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

/** A store whose release fails. */
class Locked extends MemoryContextStore {
  override release = async () => {
    throw new Error('away');
  };
}

/** Stores that fail the first time: one does nothing, the other loses its answer. */
class Failing extends MemoryDeliveryStore {
  #calls = 0;
  override async finish(...given: Parameters<MemoryDeliveryStore['finish']>) {
    this.#calls += 1;
    if (this.#calls === 1) throw new Error('it took too long');
    return super.finish(...given);
  }
}
class Forgetting extends MemoryContextStore {
  #calls = 0;
  override async save(...given: Parameters<MemoryContextStore['save']>) {
    const saved = await super.save(...given);
    this.#calls += 1;
    if (this.#calls === 1) throw new Error('the connection broke');
    return saved;
  }
}

function createBot(handler: Handler, options: Partial<WebhookOptions>) {
  const pushed: Reply[] = [];
  const undelivered: UndeliveredError[] = [];
  const log = recorder();
  const webhook = createWebhook(
    {
      ...ACCOUNT,
      logger: log,
      maxDeliveries: 1,
      lateReply: async (given) => void pushed.push(given),
      onUndelivered: (error) => void undelivered.push(error),
      ...options,
    },
    handler,
  );
  const lines = () => log.lines.filter(({ level }) => level !== 'info').map((one) => one.message);
  return { webhook, deliver: () => webhook.handle(MESSAGE), pushed, undelivered, lines };
}

describe('a lock that cannot be released ends with its lease, and nothing fails', () => {
  it.each([
    ['in time', 100, []],
    ['late', 6000, [ANSWER]],
  ])('a reply that comes %s', async (_, takes, late) => {
    const handler = () => after(takes).then(() => 'the answer');
    const { deliver, pushed, lines } = createBot(handler, { contexts: new Locked() });
    const answering = deliver();
    await passes(30_000);
    expect((await answering).body.includes('the answer')).toBe(late.length === 0);
    expect(pushed).toEqual(late);
    expect(lines()).toEqual([]);
  });

  it('a stream that has answered', async () => {
    async function* handler() {
      yield 'One. ';
      await after(6000);
      yield 'Two.';
    }
    const { deliver, pushed, undelivered, lines } = createBot(handler, { contexts: new Locked() });
    void deliver();
    await passes(30_000);
    expect(pushed).toEqual([reply.text('Two.')]);
    expect({ undelivered, lines: lines() }).toEqual({ undelivered: [], lines: [] });
  });

  it('withContext', async () => {
    const { webhook } = createBot(() => null, { contexts: new Locked() });
    expect(await webhook.withContext(OPENID, (context) => context.get('step', 7))).toBe(7);
  });
});

describe('a save that was carried out is known again, and its handler runs once', () => {
  const count = (takes: number) => {
    let runs = 0;
    const handler: Handler = async (_message, { context }) => {
      runs += 1;
      context.set('count', context.get('count', 0) + 1);
      if (takes > 0) await after(takes);
      return `run ${runs}, count ${context.get('count', 0)}`;
    };
    return handler;
  };

  it.each<[string, Partial<WebhookOptions>]>([
    ['the end was not told to the store of deliveries', { deliveries: new Failing() }],
    ['its answer was lost', { contexts: new Forgetting() }],
    ['the end was not told, with hold', { deliveries: new Failing(), lateReply: 'hold' }],
  ])('%s', async (_, options) => {
    const { webhook, deliver, undelivered } = createBot(count(0), { maxDeliveries: 3, ...options });
    const first = deliver();
    await passes(5000);
    const second = deliver();
    await passes(5000);
    const bodies = [(await first).body, (await second).body].join();
    expect(bodies).toContain('run 1, count 1');
    expect(bodies).not.toContain('run 2');
    expect(undelivered).toEqual([]);
    expect(await webhook.withContext(OPENID, (context) => context.get('count', 0))).toBe(1);
  });

  it('of a stream that has answered', async () => {
    async function* handler(_message: unknown, { context }: Exchange) {
      yield 'One. ';
      await after(6000);
      context.set('count', context.get('count', 0) + 1);
      yield 'Two.';
    }
    const bot = createBot(handler, { contexts: new Forgetting() });
    void bot.deliver();
    await passes(30_000);
    expect(bot.pushed).toEqual([reply.text('Two.')]);
    expect({ undelivered: bot.undelivered, lines: bot.lines() }).toEqual({
      undelivered: [],
      lines: [],
    });
  });
});

it('without a lock, the same change of another process is no save of one’s own', async () => {
  const contexts = new MemoryContextStore();
  const count = (webhook: Webhook) =>
    webhook.withContext(OPENID, async (context) => {
      const counted = context.get('count', 0);
      await after(10);
      context.set('count', counted + 1);
    });
  const one = createBot(() => null, { contexts, ordering: 'parallel' });
  const other = createBot(() => null, { contexts, ordering: 'parallel' });
  const saving = jest.spyOn(contexts, 'save');
  const counting = Promise.all([count(one.webhook), count(other.webhook)]);
  await passes(1000);
  await counting;
  // Both save the same record; the second is refused, and saves again.
  expect(saving).toHaveBeenCalledTimes(3);
});
