/** How a webhook stops, and what bounds one user's share of it. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type Handler,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Reply,
  reply,
  type WebhookOptions,
} from '@wechat-mp/core';
import { plain, userMessage } from '../../../../test/support/platform.ts';
import { after, recorder, recordRuns } from '../support.ts';

const ACCOUNT = { token: 'TOKEN' };

function setUp(handler: Handler, options: Partial<WebhookOptions> = {}) {
  const pushed: Reply[] = [];
  const undelivered: Reply[] = [];
  const told: string[][] = [];
  const log = recorder();
  const send = async (_: string, reply: Reply) => pushed.push(reply);
  const webhook = createWebhook(
    {
      ...ACCOUNT,
      client: { message: { custom: { send } } },
      onUndelivered: ({ reply, isSeen }) => {
        undelivered.push(reply);
        told.push([
          isSeen ? 'seen' : 'missing',
          reply.type === 'text' ? reply.content : reply.type,
        ]);
      },
      logger: log,
      ...options,
    },
    handler,
  );
  const say = (Content = 'hi') => webhook.handle(plain(ACCOUNT, userMessage('text', { Content })));
  return { webhook, say, pushed, undelivered, told, log };
}

describe('close()', () => {
  it('answers new deliveries 503, and waits for those that go on', async () => {
    let finish = (_reply: string) => {};
    const { webhook, say } = setUp(
      () =>
        new Promise<string>((resolve) => {
          finish = resolve;
        }),
    );
    const going = say();
    await new Promise((resolve) => setImmediate(resolve));
    const closed = webhook.close();
    expect((await say('next')).status).toBe(503);
    finish('the answer');
    expect((await going).body).toContain('the answer');
    await closed;
    await webhook.close();
  });

  it('reports work that does not end in time, and lets the platform deliver it elsewhere', async () => {
    const { webhook, say, pushed, undelivered } = setUp(() => new Promise(() => {}));
    const going = say();
    await new Promise((resolve) => setImmediate(resolve));
    await webhook.close({ timeout: 1 });
    expect((await going).status).toBe(503);
    expect([pushed, undelivered]).toEqual([[], [{ type: 'none' }]]);
  });

  it('waits until what it had registered is erased, as another process would run it again', async () => {
    jest.useFakeTimers();
    const { registered, runRegistry } = recordRuns(() => after(200));
    const deliveries = Object.assign(new MemoryDeliveryStore(), { runRegistry });
    const { webhook, say } = setUp(() => new Promise(() => {}), { deliveries });
    void say();
    await jest.advanceTimersByTimeAsync(3000);
    expect(registered.size).toBe(1);
    const closed = webhook.close({ timeout: 100 }).then(() => registered.size);
    await jest.advanceTimersByTimeAsync(1000);
    expect(await closed).toBe(0);
    jest.useRealTimers();
  });

  describe('that times out, with other processes,', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());
    const none = { type: 'none' };

    it.each([
      ['goes on', false],
      ['fails from then on, as it is closed next', true],
    ])(
      'reports a message that waits for the lock of another once, and does not start it (the store %s)',
      async (_, isClosed) => {
        let isOver = false;
        class Closable extends MemoryContextStore {
          override async load(...given: Parameters<MemoryContextStore['load']>) {
            if (isOver) throw new Error('Connection is closed.');
            return super.load(...given);
          }
        }
        const deliveries = new MemoryDeliveryStore();
        const contexts = new Closable();
        const handler = jest.fn<() => string>(() => 'an answer');
        const shared = { deliveries, contexts, ordering: 'serial', maxDeliveries: 1 } as const;
        const other = setUp(() => after(10_000), shared);
        const closing = setUp(handler, shared);
        void other.say('slow');
        await jest.advanceTimersByTimeAsync(100);
        void closing.say('waits');
        await jest.advanceTimersByTimeAsync(5000);
        const closed = closing.webhook.close({ timeout: 100 });
        await jest.advanceTimersByTimeAsync(200);
        await closed;
        expect(closing.undelivered).toEqual([none]);
        isOver = isClosed;
        await jest.advanceTimersByTimeAsync(60_000);
        expect(closing.undelivered).toEqual([none]);
        expect(handler).not.toHaveBeenCalled();
        // The lock is free again.
        isOver = false;
        const next = setUp(() => 'the next answer', shared).say('next');
        await jest.advanceTimersByTimeAsync(1000);
        expect((await next).body).toContain('the next answer');
      },
    );

    it.each([
      ['goes on', 20_000],
      ['has ended', 5000],
    ])(
      'does not report a message that another has taken over (the handler %s here)',
      async (_, milliseconds) => {
        let isAway = false;
        class Shared extends MemoryDeliveryStore {
          override async renew(...given: Parameters<MemoryDeliveryStore['renew']>) {
            if (isAway) throw new Error('the store is away');
            return super.renew(...given);
          }
        }
        const shared = { deliveries: new Shared(), contexts: new MemoryContextStore() };
        const closing = setUp(async () => {
          await after(milliseconds);
          return 'from one that stood still';
        }, shared);
        const other = setUp(async () => {
          await after(12_000);
          return 'from the other';
        }, shared);
        const message = plain(ACCOUNT, userMessage('text', { Content: 'hi' }));
        isAway = true;
        const gone = new AbortController();
        void closing.webhook.handle({ ...message, signal: gone.signal });
        await jest.advanceTimersByTimeAsync(4900);
        gone.abort();
        isAway = false;
        void other.webhook.handle(message);
        await jest.advanceTimersByTimeAsync(2000);
        const closed = closing.webhook.close({ timeout: 100 });
        await jest.advanceTimersByTimeAsync(60_000);
        await closed;
        expect([closing.undelivered, other.undelivered, closing.pushed]).toEqual([[], [], []]);
        expect(other.pushed).toEqual([{ type: 'text', content: 'from the other' }]);
      },
    );

    it('registers nothing any more of what it has reported', async () => {
      const { registered, runRegistry } = recordRuns();
      const deliveries = Object.assign(new MemoryDeliveryStore(), { runRegistry });
      const { webhook, say, undelivered } = setUp(() => new Promise(() => {}), { deliveries });
      void say();
      await jest.advanceTimersByTimeAsync(3000);
      const closed = webhook.close({ timeout: 100 });
      await jest.advanceTimersByTimeAsync(20_000);
      await closed;
      expect([undelivered, registered.size]).toEqual([[none], 0]);
    });
  });

  describe('with a reply that a delivery waits for in another process', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());
    const advance = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

    /** As a store that cannot tell who waits: they look for themselves. */
    class Polled extends MemoryDeliveryStore {
      override async wait(...[id, options]: Parameters<MemoryDeliveryStore['wait']>) {
        for (let left = options.milliseconds; ; left -= 250) {
          const found = await super.wait(id, { ...options, milliseconds: 0 });
          if (found || left <= 0) return found;
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
      }
    }

    /** A handler of six seconds in one process, whose second delivery comes to another one. */
    async function begin() {
      const deliveries = new Polled();
      const handler = () =>
        new Promise<string>((resolve) => setTimeout(() => resolve('the answer'), 6000));
      const first = setUp(handler, { deliveries });
      const second = setUp(handler, { deliveries });
      const message = plain(ACCOUNT, userMessage('text', { Content: 'hi' }));
      const gone = new AbortController();
      void first.webhook.handle({ ...message, signal: gone.signal });
      await advance(5000);
      gone.abort();
      return { first, second: () => second.webhook.handle(message) };
    }

    it('leaves it to that delivery', async () => {
      const { first, second } = await begin();
      const answered = second();
      await advance(500);
      const closed = first.webhook.close();
      await advance(3000);
      expect((await answered).body).toContain('the answer');
      await closed;
      expect([first.pushed, first.undelivered]).toEqual([[], []]);
    });

    it('sends it a second later when none waits', async () => {
      const { first } = await begin();
      const closed = first.webhook.close();
      await advance(2500);
      await closed;
      expect(first.pushed).toEqual([{ type: 'text', content: 'the answer' }]);
    });

    it('sends it before its own time is over', async () => {
      const { first } = await begin();
      const closed = first.webhook.close({ timeout: 1500 });
      await advance(2000);
      await closed;
      expect([first.pushed, first.undelivered]).toEqual([
        [{ type: 'text', content: 'the answer' }],
        [],
      ]);
    });
  });

  describe('with a stream that goes on', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());
    const advance = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

    async function* count(): AsyncGenerator<string> {
      for (let number = 1; ; number += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        yield `${number}. `;
      }
    }

    it('reports what the user has, and apart from it what the stream said since', async () => {
      const { webhook, say, told } = setUp(() => count(), { maxDeliveries: 1 });
      const going = say();
      await advance(7500);
      const closed = webhook.close({ timeout: 1 });
      await advance(100);
      await closed;
      expect((await going).body).toContain('1. 2. 3. 4. ');
      expect(told).toEqual([
        ['seen', '1. 2. 3. 4. '],
        ['missing', '5. 6. 7. '],
      ]);
    });

    it('reports a push that goes on, and what waits behind it, as missing', async () => {
      const never = () => new Promise<never>(() => {});
      const client = { message: { custom: { send: never } } };
      const { webhook, say, told } = setUp(() => count(), { maxDeliveries: 1, client });
      void say();
      await advance(30_500);
      const closed = webhook.close({ timeout: 1 });
      await advance(100);
      await closed;
      expect(told.map(([state]) => state)).toEqual(['seen', 'missing', 'missing', 'missing']);
      expect(told[0]).toEqual(['seen', '1. 2. 3. 4. ']);
      expect(told.map(([, text]) => text).join('')).toBe(
        Array.from({ length: 30 }, (_, index) => `${index + 1}. `).join(''),
      );
    });

    it('reports nothing that a store is still asked for, and the rest as missing', async () => {
      class Remote extends MemoryDeliveryStore {
        override async finish(...given: Parameters<MemoryDeliveryStore['finish']>) {
          await new Promise((resolve) => setTimeout(resolve, 1000));
          return super.finish(...given);
        }
      }
      async function* talk() {
        yield 'the first';
        yield reply.image('MEDIA');
      }
      const { webhook, say, told } = setUp(talk, { deliveries: new Remote() });
      const going = say();
      await advance(500);
      const closed = webhook.close({ timeout: 1 });
      await advance(2000);
      await closed;
      expect([(await going).status, told]).toEqual([503, [['missing', 'image']]]);
    });

    describe('a late text of three messages, of which the first is pushed,', () => {
      const texts = ['一', '二', '三'].map((word) => `${word.repeat(600)}。`);
      const late = () =>
        new Promise<string>((resolve) => setTimeout(() => resolve(texts.join('')), 5000));

      it.each([
        ['is sent after all', (end: () => void) => end, [texts[0], texts[1]]],
        [
          'fails',
          (_: () => void, fail: (error: Error) => void) => () => fail(new Error('gone')),
          [texts[0]],
        ],
      ])('has the rest reported once, also when the second %s', async (_, choose, arrived) => {
        const sent: string[] = [];
        let settle = () => {};
        const send = async (_: string, one: Reply) => {
          const { content } = one as { content: string };
          if (sent.length > 0) {
            await new Promise<void>((resolve, reject) => {
              settle = choose(resolve, reject);
            });
          }
          sent.push(content);
        };
        const client = { message: { custom: { send } } };
        const causes: unknown[] = [];
        const missing: string[] = [];
        const { webhook, say } = setUp(late, {
          maxDeliveries: 1,
          client,
          onUndelivered: ({ reply: one, cause, isSeen }) => {
            causes.push({ code: (cause as { code?: string }).code, isSeen });
            missing.push(one.type === 'text' ? one.content : one.type);
          },
        });
        void say();
        await advance(15_000);
        const closed = webhook.close({ timeout: 1 });
        await advance(100);
        await closed;
        expect(missing).toEqual([texts.slice(1).join('')]);
        expect(causes).toEqual([{ code: 'WECHAT_CLOSING', isSeen: false }]);
        settle();
        await advance(1000);
        expect([sent, missing.length]).toEqual([arrived, 1]);
      });
    });

    it('reports all of it as missing before the user has anything', async () => {
      const { webhook, say, told } = setUp(() => count());
      const going = say();
      await advance(2500);
      const closed = webhook.close({ timeout: 1 });
      await advance(100);
      await closed;
      expect([(await going).status, told]).toEqual([503, [['missing', '1. 2. ']]]);
    });
  });
});

it('maxQueued messages of one user wait; more are answered success, and onUndelivered is called', async () => {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const handler = jest.fn(async () => {
    await finished;
    return 'done';
  });
  const { say, undelivered, log } = setUp(handler, { maxQueued: 2 });
  const answers = [say('1'), say('2'), say('3')];
  expect((await say('4')).body).toBe('success');
  expect(undelivered).toEqual([{ type: 'none' }]);
  expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  finish();
  for (const answer of answers) expect((await answer).body).toContain('done');
  expect(handler).toHaveBeenCalledTimes(3);
});

it.each([
  ['returned', (text: string) => () => text],
  [
    'streamed',
    (text: string) =>
      async function* stream() {
        yield text;
      },
  ],
] as [string, (text: string) => Handler][])(
  'a text that is too long for one answer is cut when it is %s, and its rest is pushed',
  async (_, createHandler) => {
    const text = '我们去公园走走吧。'.repeat(160);
    const { say, pushed } = setUp(createHandler(text));
    const { body } = await say();
    const shown = /<Content><!\[CDATA\[(.*?)\]\]>/s.exec(body)?.[1] ?? '';
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
    const texts = pushed.map((one) => (one.type === 'text' ? one.content : ''));
    expect(shown + texts.join('')).toBe(text);
    for (const one of [shown, ...texts]) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(2048);
  },
);

it('maxQueued: a message that another process runs waits for it, and is not reported', async () => {
  jest.useFakeTimers();
  const shared = { deliveries: new MemoryDeliveryStore(), contexts: new MemoryContextStore() };
  const handler: Handler = () =>
    new Promise<string>((resolve) => setTimeout(() => resolve('done'), 2000));
  const [first, other] = [{}, { maxQueued: 1 }].map((options) =>
    setUp(handler, { ...shared, ordering: 'serial', ...options }),
  ) as [ReturnType<typeof setUp>, ReturnType<typeof setUp>];
  const delivery = plain(ACCOUNT, userMessage('text', { Content: 'to both' }));
  const fromFirst = first.webhook.handle(delivery);
  await jest.advanceTimersByTimeAsync(100);
  for (const content of ['1', '2']) void other.say(content);
  await jest.advanceTimersByTimeAsync(100);
  const fromOther = other.webhook.handle(delivery);
  await jest.advanceTimersByTimeAsync(30_000);
  for (const answer of [fromFirst, fromOther]) expect((await answer).body).toContain('done');
  expect(other.undelivered).toEqual([]);
  jest.useRealTimers();
});

it('maxPending: deliveries of a message that is in work here wait for its reply', async () => {
  jest.useFakeTimers();
  const handler: Handler = () =>
    new Promise<string>((resolve) => setTimeout(() => resolve('done'), 6000));
  const { webhook, say, pushed } = setUp(handler, { maxPending: 1 });
  const delivery = plain(ACCOUNT, userMessage('text', { Content: 'slow' }));
  const gone = new AbortController();
  void webhook.handle({ ...delivery, signal: gone.signal });
  await jest.advanceTimersByTimeAsync(5000);
  gone.abort();
  const second = webhook.handle(delivery);
  expect((await say('another')).body).toBe('success');
  await jest.advanceTimersByTimeAsync(3000);
  expect((await second).body).toContain('done');
  expect(pushed).toEqual([]);
  jest.useRealTimers();
});
