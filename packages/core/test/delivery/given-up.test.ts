/** A run that is given up is run by the next delivery, or for it, in any order of their calls. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Reply,
  StoreError,
  type UndeliveredError,
  type WebhookOptions,
} from '@wechat-mp/core';
import type { Claim, DeliveryId, Finish, RunRegistry, WaitOptions } from '@wechat-mp/core/stores';
import { plain, userMessage } from '../../../../test/support/platform.ts';
import { after, recorder, recordRuns } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const fields = userMessage('text', { Content: 'hi' });
const message = plain({ token: 'TOKEN' }, fields);
const runRegistry: RunRegistry = {
  write: async () => {},
  beat: async () => {},
  erase: async () => {},
  takeExpired: async () => [],
};

/** Fails the first time that it is called, after a number of milliseconds. */
function failOnce(milliseconds: number) {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls > 1) return 'the reply';
    await after(milliseconds);
    throw new Error('it failed');
  };
}

function create(given: Partial<WebhookOptions>, handler: () => Promise<string>) {
  const pushed: Reply[] = [];
  const send = async (_: string, reply: Reply) => pushed.push(reply);
  const webhook = createWebhook(
    {
      token: 'TOKEN',
      client: { message: { custom: { send } } },
      retryOnError: true,
      logger: recorder(),
      ...given,
    },
    handler,
  );
  return { webhook, pushed };
}

it('by a delivery whose claim arrives just after that', async () => {
  let giveUp = () => {};
  const isGivenUp = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  let claims = 0;
  class Late extends MemoryDeliveryStore {
    override async claim(id: DeliveryId, claim: Claim) {
      claims += 1;
      if (claims === 2) await isGivenUp;
      return super.claim(id, claim);
    }
    override async finish(id: DeliveryId, finish: Finish) {
      const result = await super.finish(id, finish);
      if (finish.outcome === undefined) giveUp();
      await after(50);
      return result;
    }
  }
  const deliveries = new Late();
  const { webhook } = create({ deliveries }, failOnce(500));
  void webhook.handle(message);
  await jest.advanceTimersByTimeAsync(100);
  const second = webhook.handle(message);
  await jest.advanceTimersByTimeAsync(2000);
  expect((await second).body).toContain('the reply');
  await jest.advanceTimersByTimeAsync(20_000);
});

it('for the last delivery, whose window closes in another process just after that', async () => {
  let fails = () => {};
  const failed = new Promise<void>((resolve) => {
    fails = resolve;
  });
  class Shared extends MemoryDeliveryStore {
    readonly runRegistry = runRegistry;
    override async wait(id: DeliveryId, options: WaitOptions) {
      if (options.attempt === 0) return super.wait(id, options);
      // It leaves before it could hear of it.
      await after(4600);
      return undefined;
    }
    override async closeWindow(id: DeliveryId, attempt: number) {
      fails();
      await after(100);
      return super.closeWindow(id, attempt);
    }
  }
  const shared = { deliveries: new Shared(), contexts: new MemoryContextStore() };
  const { webhook, pushed } = create({ ...shared, maxDeliveries: 2 }, async () => {
    await failed;
    throw new Error('it failed');
  });
  void webhook.handle(message);
  await jest.advanceTimersByTimeAsync(100);
  const other = create({ ...shared, maxDeliveries: 2 }, async () => 'the reply');
  const last = other.webhook.handle(message);
  await jest.advanceTimersByTimeAsync(30_000);
  expect((await last).body).toBe('success');
  expect([...pushed, ...other.pushed]).toEqual([{ type: 'text', content: 'the reply' }]);
});

it('or reported, when the last delivery met it late', async () => {
  const told: unknown[] = [];
  let claims = 0;
  class Late extends MemoryDeliveryStore {
    override async claim(id: DeliveryId, claim: Claim) {
      claims += 1;
      // Both have asked before either has an answer.
      await after(claims * 50);
      return super.claim(id, claim);
    }
  }
  const deliveries = new Late();
  const onUndelivered = ({ reply }: UndeliveredError) => void told.push(reply);
  const { webhook } = create({ deliveries, maxDeliveries: 2, onUndelivered }, async () => {
    await after(500);
    throw new StoreError('the context store failed: it is away');
  });
  const answers = [webhook.handle(message), webhook.handle(plain({ token: 'TOKEN' }, fields))];
  await jest.advanceTimersByTimeAsync(60_000);
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 503]);
  expect(told).toEqual([{ type: 'none' }]);
});

it.each([
  ['with it', { runRegistry }],
  ['without one', {}],
])(
  'or answered by onError, once, when the last delivery was in another process (a registry: %s)',
  async (_, more) => {
    let runs = 0;
    const shared = {
      deliveries: Object.assign(new MemoryDeliveryStore(), more),
      contexts: new MemoryContextStore(),
      onError: () => 'sorry',
    };
    const handler = async () => {
      runs += 1;
      await after(16_000);
      throw new Error('it failed');
    };
    const { webhook, pushed } = create(shared, handler);
    const other = create(shared, handler);
    void webhook.handle(message);
    for (let delivery = 2; delivery <= 3; delivery += 1) {
      await jest.advanceTimersByTimeAsync(5000);
      void other.webhook.handle(message);
    }
    await jest.advanceTimersByTimeAsync(60_000);
    expect([...pushed, ...other.pushed]).toEqual([{ type: 'text', content: 'sorry' }]);
    expect(runs).toBe(1);
  },
);

it('or reported, when no delivery comes for it any more', async () => {
  class Conflicting extends MemoryContextStore {
    override save = async () => ({ current: { version: 99, json: '{}', expiry: undefined } });
  }
  const told: unknown[] = [];
  const webhook = createWebhook(
    {
      token: 'TOKEN',
      contexts: new Conflicting(),
      logger: recorder(),
      client: { message: { custom: { send: async () => {} } } },
      onUndelivered: ({ reply }) => void told.push(reply),
    },
    async (_message, { context }) => {
      context.set('step', 1);
      await after(6000);
      return 'the reply';
    },
  );
  const gone = new AbortController();
  void webhook.handle({ ...message, signal: gone.signal });
  await jest.advanceTimersByTimeAsync(5000);
  gone.abort();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([{ type: 'none' }]);
});

/** A bot whose handler fails the given number of times; each delivery is given up by its client after 5 s. */
function createFailing(
  failures: number,
  given: Partial<WebhookOptions>,
  error = new Error('it failed'),
) {
  const log = recorder();
  let runs = 0;
  const { webhook, pushed } = create({ logger: log, ...given }, async () => {
    runs += 1;
    await after(10);
    if (runs <= failures) throw error;
    return 'the reply';
  });
  const deliver = () => {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 5000);
    return webhook.handle({ ...message, signal: gone.signal });
  };
  const lines = () => log.lines.map((line) => line.message);
  return { deliver, webhook, pushed, lines, runs: () => runs };
}
const RETRIED = 'a handler failed; the next delivery runs it again';

it.each<[string, Partial<WebhookOptions>]>([
  ['in memory', {}],
  ['in a store', { deliveries: new MemoryDeliveryStore(), contexts: new MemoryContextStore() }],
])('or answered by onError, when the platform does not come again (%s)', async (_, stores) => {
  const bot = createFailing(1, { onError: () => 'sorry', ...stores });
  void bot.deliver();
  await jest.advanceTimersByTimeAsync(10_000);
  // It may still come.
  expect(bot.pushed).toEqual([]);
  await jest.advanceTimersByTimeAsync(50_000);
  expect(bot.pushed).toEqual([{ type: 'text', content: 'sorry' }]);
  expect(bot.lines()).toEqual([RETRIED]);
});

it('or reported, without onError', async () => {
  const told: UndeliveredError[] = [];
  const bot = createFailing(1, { onUndelivered: (error) => void told.push(error) });
  void bot.deliver();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(told).toMatchObject([{ reply: { type: 'none' }, cause: { message: 'it failed' } }]);
  expect(bot.lines()).toEqual([RETRIED, 'the handler failed after all deliveries had ended']);
});

it('but by a delivery that comes late, when the one before it failed, too', async () => {
  const told: unknown[] = [];
  const bot = createFailing(2, { onUndelivered: (error) => void told.push(error) });
  void bot.deliver();
  await jest.advanceTimersByTimeAsync(5000);
  void bot.deliver();
  await jest.advanceTimersByTimeAsync(6000);
  const third = bot.deliver();
  await jest.advanceTimersByTimeAsync(60_000);
  expect((await third).body).toContain('the reply');
  expect({ told, pushed: bot.pushed, runs: bot.runs() }).toEqual({ told: [], pushed: [], runs: 3 });
});

it('or by another process, when this one closes meanwhile', async () => {
  const told: unknown[] = [];
  const stores = { deliveries: new MemoryDeliveryStore(), contexts: new MemoryContextStore() };
  const onUndelivered = (error: UndeliveredError) => void told.push(error);
  const closing = createFailing(1, { ...stores, onUndelivered });
  const other = createFailing(0, { ...stores, onUndelivered });
  void closing.deliver();
  await jest.advanceTimersByTimeAsync(1000);
  const closed = closing.webhook.close();
  await jest.advanceTimersByTimeAsync(5000);
  await closed;
  const second = other.deliver();
  await jest.advanceTimersByTimeAsync(60_000);
  expect((await second).body).toContain('the reply');
  expect(told).toEqual([]);
});

it.each<[string, number, unknown[]]>([
  ['does not come again', 0, [{ type: 'none' }]],
  ['comes again', 1, []],
])('or reported, when who was refused %s (%i more)', async (_, more, reported) => {
  const told: unknown[] = [];
  const error = new StoreError('the context store failed: it is away');
  const onUndelivered = ({ reply }: UndeliveredError) => void told.push(reply);
  const bot = createFailing(1, { onUndelivered }, error);
  const refused = bot.deliver();
  await jest.advanceTimersByTimeAsync(5000);
  expect((await refused).status).toBe(503);
  for (let delivery = 0; delivery < more; delivery += 1) void bot.deliver();
  await jest.advanceTimersByTimeAsync(60_000);
  expect({ told, runs: bot.runs() }).toEqual({ told: reported, runs: 1 + more });
});

it.each<[string, Partial<WebhookOptions>, Error]>([
  ['it was refused', {}, new StoreError('the context store failed: it is away')],
  ['a handler failed', { onError: () => 'sorry' }, new Error('it failed')],
])(
  'or for it by another process, should this one die: it stays registered until then (%s)',
  async (_, given, error) => {
    const { registered, runRegistry } = recordRuns();
    const deliveries = Object.assign(new MemoryDeliveryStore(), { runRegistry });
    const told: unknown[] = [];
    const onUndelivered = () => void told.push('told');
    const bot = createFailing(1, { deliveries, onUndelivered, ...given }, error);
    void bot.deliver();
    const seen: unknown[] = [];
    for (const milliseconds of [1000, 9000, 50_000]) {
      await jest.advanceTimersByTimeAsync(milliseconds);
      seen.push([registered.size, told.length + bot.pushed.length]);
    }
    expect(seen).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
  },
);
