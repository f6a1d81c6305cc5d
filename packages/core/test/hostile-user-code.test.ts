/** Whatever the code does that users give, every delivery is answered and the process goes on. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ContextStore,
  createWebhook,
  type DeliveryStore,
  type Exchange,
  type Handler,
  type Logger,
  MemoryContextStore,
  MemoryDeliveryStore,
  Router,
  type WebhookOptions,
  type WebhookResponse,
} from '@wechat-mp/core';
import type { RunRegistry } from '@wechat-mp/core/stores';
import { ManualClock } from '../../../test/support/clock.ts';
import { plain, userMessage } from '../../../test/support/platform.ts';
import { runInBackground } from '../src/background.ts';
import { ODD_ERRORS } from './odd-values.ts';
import { recorder } from './support.ts';

const token = 'T0KEN';
const escaped: unknown[] = [];
const note = (reason: unknown) => void escaped.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
beforeEach(() => void escaped.splice(0));
afterAll(() => void process.off('unhandledRejection', note));

/** Unhandled rejections are reported a turn later. */
async function expectNothingEscaped(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(escaped).toEqual([]);
}

/**
 * Delivers a message as the platform does, which hangs up after five seconds and delivers three
 * times; then waits for whatever comes late.
 */
async function deliverAll(
  options: Partial<WebhookOptions>,
  handler: Handler | Pick<Router, 'run'>,
  content = 'hi',
): Promise<WebhookResponse[]> {
  const clock = options.clock as ManualClock;
  const webhook = createWebhook({ token, logger: recorder(), ...options }, handler);
  const fields = userMessage('text', { Content: content });
  const answers: Promise<WebhookResponse>[] = [];
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const gone = new AbortController();
    answers.push(webhook.handle({ ...plain({ token }, fields), signal: gone.signal }));
    await clock.advance(5000);
    gone.abort();
  }
  await clock.advance(60_000);
  return Promise.all(answers);
}

const listStatuses = (answers: WebhookResponse[]) => [
  ...new Set(answers.map(({ status }) => status)),
];

describe('a store', () => {
  /** After so many calls of one method nothing comes back any more: who asks on and on is found. */
  const PATIENCE = 300;
  const WAYS: Record<string, () => unknown> = {
    'throws at once': () => {
      throw new Error('broken');
    },
    'throws a Proxy': () => {
      throw ODD_ERRORS['a Proxy whose traps throw']?.();
    },
    'rejects with null': () => Promise.reject(null),
    'rejects with an error whose getters throw': () =>
      Promise.reject(ODD_ERRORS['an error whose getters throw']?.()),
    'gives undefined, and no promise': () => undefined,
    'gives null': async () => null,
    'gives an empty object': async () => ({}),
    'gives what throws when it is awaited': () => ODD_ERRORS['an error whose getters throw']?.(),
  };

  class Registry implements RunRegistry {
    async write(): Promise<void> {}
    async beat(): Promise<void> {}
    async erase(): Promise<void> {}
    async takeExpired(): Promise<[]> {
      return [];
    }
  }

  class RecordingStore extends MemoryDeliveryStore {
    readonly runRegistry = new Registry();
  }

  /** Spoils one method of a store, and counts how often it is called. */
  function spoil(target: object, method: string, way: () => unknown): { calls: number } {
    const count = { calls: 0 };
    Object.assign(target, {
      [method]: () => {
        count.calls += 1;
        return count.calls > PATIENCE ? new Promise(() => {}) : way();
      },
    });
    return count;
  }

  const slow =
    (clock: ManualClock): Handler =>
    async (_message, { context }) => {
      context.set('step', 1);
      await clock.after(20_000);
      return 'the answer';
    };

  const METHODS = {
    contexts: ['load', 'save', 'delete', 'renew', 'release'] satisfies (keyof ContextStore)[],
    deliveries: [
      'claim',
      'wait',
      'closeWindow',
      'renew',
      'finish',
      'claimLateReply',
      'releaseReply',
      'hold',
      'takeHeld',
      'interrupt',
      'onInterrupt',
    ] satisfies (keyof DeliveryStore)[],
    runRegistry: ['write', 'beat', 'erase', 'takeExpired'] satisfies (keyof RunRegistry)[],
  };
  const cases = Object.entries(METHODS).flatMap(([store, methods]) =>
    methods.flatMap((method) => Object.keys(WAYS).map((way) => [store, method, way] as const)),
  );

  it.each(cases)('(%s) whose %s %s ends nothing and hangs nothing', async (store, method, way) => {
    for (const lateReply of ['push', 'hold'] as const) {
      const clock = new ManualClock();
      const contexts = new MemoryContextStore({ now: () => clock.wallTime() });
      const deliveries = new RecordingStore({ clock });
      const target = { contexts, deliveries, runRegistry: deliveries.runRegistry }[store] as object;
      const count = spoil(target, method, WAYS[way] as () => unknown);
      const client = { message: { custom: { send: async () => {} } } };
      const options = { clock, contexts, deliveries, client, lateReply, interruptBy: 'stop' };
      for (const [content, handler] of [
        ['hi', slow(clock)],
        ['stop', () => 'at once'],
        ['hi', createStream(clock)],
      ] as const) {
        const answers = await deliverAll(options, handler, content);
        for (const status of listStatuses(answers)) expect([200, 503]).toContain(status);
      }
      expect(count.calls).toBeLessThan(PATIENCE);
    }
    await expectNothingEscaped();
  });

  function createStream(clock: ManualClock): Handler {
    return async function* stream() {
      yield 'one. ';
      await clock.after(17_000);
      yield 'two.';
    };
  }

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['a lock of no time', { busyFor: 0 }],
    ['a lock of no number', { busyFor: Number.NaN }],
    ['a record that is a text', { record: 'x' }],
    ['a record of no context', { record: { version: 1, json: 'x' } }],
  ])('whose load gives %s is a 503 that says so', async (_, loaded) => {
    const logger = recorder();
    const contexts = Object.assign(new MemoryContextStore(), { load: async () => loaded });
    const answers = await deliverAll(
      { clock: new ManualClock(), contexts: contexts as ContextStore, logger },
      () => 'hi',
    );
    expect(listStatuses(answers)).toEqual([503]);
    expect(logger.text()).toMatch(/the context store failed|the stored context is damaged/);
  });

  it('that says that a run is free, and never gives it, is asked now and then', async () => {
    const clock = new ManualClock();
    const deliveries = new MemoryDeliveryStore({ clock });
    const running = { attempt: 3, isSame: true, state: 'running' as const };
    const free = { state: 'free' as const };
    Object.assign(deliveries, { claim: async () => running });
    const count = spoil(deliveries, 'wait', async () => free);
    const answers = await deliverAll({ clock, deliveries }, () => 'hi');
    expect(listStatuses(answers)).toEqual([200]);
    expect(count.calls).toBeLessThan(PATIENCE);
  });

  it('whose records are no messages: the others of them are taken up', async () => {
    const clock = new ManualClock();
    const deliveries = new RecordingStore({ clock });
    const dead = userMessage('text', { Content: 'dead', FromUserName: 'another' });
    const { body } = plain({ token }, dead);
    const seen: string[] = [];
    const odd = [
      'no message',
      '',
      '{"a":',
      null,
      42,
      {},
      ODD_ERRORS['a Proxy whose traps throw']?.(),
    ];
    let taken = 0;
    Object.assign(deliveries.runRegistry, {
      takeExpired: async () => {
        taken += 1;
        const account = 'default';
        const messages = [...odd, `${body as string}`];
        const runs = messages.map((message) => ({ account, owner: 'dead', message }));
        return taken > 1 ? [] : [...odd, { account: odd.at(-1), message: '' }, ...runs];
      },
    });
    const client = { message: { custom: { send: async () => {} } } };
    await deliverAll({ clock, deliveries, client, lateReply: 'push' }, (message) => {
      if (message.type === 'text') seen.push(message.content);
      return undefined;
    });
    expect(taken).toBeGreaterThan(1);
    expect(seen).toContain('dead');
    await expectNothingEscaped();
  });
});

describe('what is thrown', () => {
  const message = () => plain({ token }, userMessage('text', { Content: 'hi' }));
  const client = (send: () => unknown) => ({
    message: { custom: { send: send as () => Promise<unknown> } },
  });

  type Place = (fail: () => never) => {
    options?: Partial<WebhookOptions>;
    handler?: Handler | Pick<Router, 'run'>;
    /** Whether the handler is late. */
    isLate?: boolean;
  };
  const PLACES: Record<string, Place> = {
    'a handler': (fail) => ({ handler: fail }),
    'an async handler': (fail) => ({ handler: async () => fail() }),
    'a stream': (fail) => ({
      handler: async function* stream() {
        yield 'so far';
        fail();
      },
    }),
    'a late stream': (fail) => ({
      isLate: true,
      options: { client: client(async () => {}) },
      handler: async function* stream() {
        yield 'so far';
        fail();
      },
    }),
    'a late handler': (fail) => ({ isLate: true, handler: fail }),
    'a middleware': (fail) => ({ handler: new Router().use(fail).default(() => 'hi') }),
    'a middleware after the handler': (fail) => ({
      handler: new Router()
        .use(async (_exchange, next) => {
          await next();
          fail();
        })
        .default(() => 'hi'),
    }),
    "a router's error handler": (fail) => ({
      handler: new Router().error(fail).default(() => {
        throw new Error('first');
      }),
    }),
    onError: (fail) => ({
      options: { onError: fail },
      handler: () => {
        throw new Error('first');
      },
    }),
    pending: (fail) => ({ isLate: true, options: { pending: fail } }),
    interruptBy: (fail) => ({ options: { interruptBy: fail } }),
    'lateReply as a function': (fail) => ({ isLate: true, options: { lateReply: fail } }),
    'the client': (fail) => ({ isLate: true, options: { client: client(fail) } }),
    'the client, asynchronously': (fail) => ({
      isLate: true,
      options: { client: client(async () => fail()) },
    }),
    onUndelivered: (fail) => ({
      isLate: true,
      options: { client: client(() => Promise.reject(new Error('45015'))), onUndelivered: fail },
    }),
    'onUndelivered, asynchronously': (fail) => ({
      isLate: true,
      options: {
        client: client(() => Promise.reject(new Error('45015'))),
        onUndelivered: async () => fail(),
      },
    }),
    'a getter of what a handler gives': (fail) => ({
      handler: () => Object.defineProperty({}, 'type', { get: fail }) as never,
    }),
  };
  const cases = Object.keys(PLACES).flatMap((place) =>
    Object.keys(ODD_ERRORS).map((odd) => [place, odd] as const),
  );

  it.each(cases)('by %s, %s, is a delivery answered and a line in the log', async (place, odd) => {
    const fail = () => {
      throw ODD_ERRORS[odd]?.();
    };
    const made = (PLACES[place] as Place)(fail as () => never);
    const { options, handler = () => 'hi', isLate = false } = made;
    const clock = new ManualClock();
    const logger = recorder();
    const dispatch =
      typeof handler === 'function'
        ? handler
        : (_: unknown, exchange: Exchange) => handler.run(exchange);
    const answers = await deliverAll({ clock, logger, ...options }, async (given, exchange) => {
      if (isLate) await clock.after(20_000);
      return dispatch(given, exchange);
    });
    expect(listStatuses(answers)).toEqual([200]);
    await expectNothingEscaped();
    expect(logger.lines.filter(({ level }) => level !== 'info')).not.toEqual([]);
    expect(() => JSON.stringify(logger.lines)).not.toThrow();
  });

  it.each(Object.keys(ODD_ERRORS))('by an AccountResolver, %s, is a 500', async (odd) => {
    const webhook = createWebhook(
      () => {
        throw ODD_ERRORS[odd]?.();
      },
      () => 'hi',
    );
    const spoken: unknown[] = [];
    const { error } = console;
    console.error = (...said: unknown[]) => void spoken.push(said);
    try {
      expect((await webhook.handle(message())).status).toBe(500);
    } finally {
      console.error = error;
    }
    expect(spoken).toHaveLength(1);
  });

  it.each(Object.keys(ODD_ERRORS))(
    'by a logger, %s, at once or later, costs no answer',
    async (odd) => {
      const ways: Record<string, () => unknown> = {
        throwing: () => {
          throw ODD_ERRORS[odd]?.();
        },
        rejecting: () => Promise.reject(ODD_ERRORS[odd]?.()),
        giving: () => ODD_ERRORS[odd]?.(),
      };
      for (const way of Object.values(ways)) {
        const logger = { error: way, warn: way, info: way, debug: way } as unknown as Logger;
        const clock = new ManualClock();
        const answers = await deliverAll({ clock, logger }, async () => {
          await clock.after(20_000);
          throw new Error('late');
        });
        expect(listStatuses(answers)).toEqual([200]);
        const webhook = createWebhook({ token, logger }, () => [{ title: 'a' }, { title: 'b' }]);
        expect((await webhook.handle(message())).status).toBe(200);
        expect((await webhook.handle({ method: 'GET', query: {} })).status).toBe(401);
      }
      await expectNothingEscaped();
    },
  );

  it.each(Object.keys(ODD_ERRORS))('by work in the background, %s, is a warning', async (odd) => {
    const logger = recorder();
    const fail = () => {
      throw ODD_ERRORS[odd]?.();
    };
    runInBackground(fail, logger, 'counting');
    runInBackground(async () => fail(), logger, 'counting');
    runInBackground(fail);
    await expectNothingEscaped();
    expect(logger.lines.map(({ message: said }) => said)).toEqual([
      'counting failed',
      'counting failed',
    ]);
  });
});
