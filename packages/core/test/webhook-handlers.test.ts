import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type Handler,
  InvalidArgumentError,
  MemoryContextStore,
  MemoryDeliveryStore,
  messageKey,
  type ReplyLike,
  type WebhookOptions,
} from '@wechat-mp/core';
import { event, GH, OPENID, plain, userMessage } from '../../../test/support/platform.ts';
import { recorder } from './support.ts';

const ACCOUNT = { token: 'TOKEN' };
const TEXT = userMessage('text', { Content: 'private words' });
const KEY = { type: 'text', id: TEXT['MsgId'], target: GH, source: OPENID };

function setUp(handler: Handler, options: Partial<WebhookOptions> = {}) {
  const log = recorder();
  const webhook = createWebhook({ ...ACCOUNT, logger: log, ...options }, handler);
  const send = (signal?: AbortSignal) => webhook.handle({ ...plain(ACCOUNT, TEXT), signal });
  return { log, send };
}
const fail = () => {
  throw new Error('broken');
};
const SUCCESS = { status: 200, body: 'success' };

describe('a handler that fails', () => {
  it.each<[string, Handler]>([
    ['throws', fail],
    ['rejects', async () => fail()],
    [
      'throws what is no error',
      () => {
        throw undefined;
      },
    ],
    ['rejects with text', () => Promise.reject('broken')],
  ])(
    'because it %s is answered with success and logged with the message’s key',
    async (_, handler) => {
      const { send, log } = setUp(handler);
      expect(await send()).toMatchObject(SUCCESS);
      expect(log.lines).toHaveLength(1);
      expect(log.lines[0]).toMatchObject({ level: 'error', details: { message: KEY } });
      expect(log.lines[0]?.details).toHaveProperty('err');
    },
  );

  it.each<[string, unknown]>([
    ['a number', 42],
    ['true', true],
    ['an object', { content: 'hi' }],
    ['a reply without its media', { type: 'image' }],
    ['a promise of a number', Promise.resolve(42)],
  ])('because it returned %s is logged', async (_, value) => {
    const { send, log } = setUp(() => value as ReplyLike);
    expect(await send()).toMatchObject(SUCCESS);
    expect(log.lines.map(({ level }) => level)).toEqual(['error']);
    expect(log.lines[0]?.details['err']).toBeInstanceOf(InvalidArgumentError);
  });

  it('never has the text of the message in the log', async () => {
    const { send, log } = setUp(fail);
    await send();
    expect(log.text()).toContain('broken');
    expect(log.text()).not.toContain('private words');
  });
});

describe('onError', () => {
  it.each<[string, NonNullable<WebhookOptions['onError']>, string]>([
    ['its text', (error) => `Sorry: ${(error as Error).message}`, 'Sorry: broken'],
    ['what it promises', async (_, { message }) => `Sorry, ${message.source}`, `Sorry, ${OPENID}`],
    ['nothing', () => undefined, 'success'],
  ])('answers with %s, and then nothing is logged', async (_, onError, expected) => {
    const { send, log } = setUp(fail, { onError });
    const { status, body } = await send();
    expect(status).toBe(200);
    expect(body).toContain(expected);
    expect(log.lines).toEqual([]);
  });

  it.each<[string, NonNullable<WebhookOptions['onError']>]>([
    [
      'throws',
      () => {
        throw new Error('worse');
      },
    ],
    ['rejects', () => Promise.reject(new Error('worse'))],
    ['returns a number', () => 42 as never],
  ])('that %s is answered with success, and both errors are logged', async (_, onError) => {
    const { send, log } = setUp(fail, { onError });
    expect(await send()).toMatchObject(SUCCESS);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({ level: 'error', details: { message: KEY } });
    expect(String(log.lines[0]?.details['cause'])).toContain('broken');
    expect(String(log.lines[0]?.details['err'])).toMatch(/worse|number/);
  });

  it('is not asked when a handler is fine', async () => {
    const onError = jest.fn(() => 'sorry');
    const { send } = setUp(() => 'hello', { onError });
    expect((await send()).body).toContain('hello');
    expect(onError).not.toHaveBeenCalled();
  });
});

describe('the window of the last delivery', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const setUpLast = (handler: Handler, options: Partial<WebhookOptions> = {}) =>
    setUp(handler, { maxDeliveries: 1, ...options });
  const after = (milliseconds: number, value: ReplyLike | Error): Handler => {
    return () =>
      new Promise((resolve, reject) => {
        const settle = () => (value instanceof Error ? reject(value) : resolve(value));
        setTimeout(settle, milliseconds);
      });
  };
  const watch = (promise: Promise<{ body: string }>) => {
    const seen: { body?: string } = {};
    void promise.then(({ body }) => {
      seen.body = body;
    });
    return seen;
  };

  it.each([
    [undefined, 4500],
    [1000, 1000],
    [4900, 4900],
  ])('of %s ms ends after %d ms with success', async (replyWindow, milliseconds) => {
    const { send, log } = setUpLast(() => new Promise(() => {}), { replyWindow });
    const seen = watch(send());
    await jest.advanceTimersByTimeAsync(milliseconds - 1);
    expect(seen.body).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);
    expect(seen.body).toBe('success');
    // The handler goes on, and so does the renewal of the user's lock; the window's timer is gone.
    expect(jest.getTimerCount()).toBe(1);
    expect(log.lines.map(({ level, details }) => ({ level, details }))).toEqual([
      { level: 'info', details: { message: expect.objectContaining(KEY) } },
    ]);
  });

  it('is long enough for a handler that answers within it', async () => {
    const { send, log } = setUpLast(after(4499, 'just in time'));
    const seen = watch(send());
    await jest.advanceTimersByTimeAsync(4499);
    expect(seen.body).toContain('just in time');
    expect(jest.getTimerCount()).toBe(0);
    expect(log.lines).toEqual([]);
  });

  it('leaves no timer behind when the answer comes at once', async () => {
    const { send } = setUpLast(() => 'hi');
    expect((await send()).body).toContain('hi');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('warns of a reply that comes after it, once, with the message’s key', async () => {
    const { send, log } = setUpLast(after(6000, 'too late'));
    const seen = watch(send());
    await jest.advanceTimersByTimeAsync(5999);
    expect(seen.body).toBe('success');
    log.lines.length = 0;
    await jest.advanceTimersByTimeAsync(1);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({ level: 'warn', details: { message: KEY } });
    expect(log.lines[0]?.details).toHaveProperty('message.time', expect.any(Number));
    expect(log.text()).not.toContain('too late');
  });

  it.each([[null], [''], [undefined]])('does not warn when %j comes after it', async (nothing) => {
    const { send, log } = setUpLast(after(6000, nothing));
    watch(send());
    await jest.advanceTimersByTimeAsync(6000);
    expect(log.lines.map(({ level }) => level)).toEqual(['info']);
  });

  it('logs a failure that comes after it', async () => {
    const { send, log } = setUpLast(after(6000, new Error('late failure')));
    const seen = watch(send());
    await jest.advanceTimersByTimeAsync(6000);
    expect(seen.body).toBe('success');
    expect(log.lines.map(({ level }) => level)).toEqual(['info', 'error']);
    expect(log.lines[1]).toMatchObject({ details: { message: KEY } });
    expect(String(log.lines[1]?.details['err'])).toContain('late failure');
  });

  it('aborts the signal of the exchange when it ends, not before', async () => {
    let isAborted = false;
    const { send } = setUpLast((_, { signal }) => {
      signal.addEventListener('abort', () => {
        isAborted = true;
      });
      return new Promise(() => {});
    });
    void send();
    await jest.advanceTimersByTimeAsync(4499);
    expect(isAborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(isAborted).toBe(true);
  });

  it('ends when the client disconnects, and the handler continues', async () => {
    const gone = new AbortController();
    let signal: AbortSignal | undefined;
    const { send, log } = setUpLast((message, exchange) => {
      signal = exchange.signal;
      return after(1000, 'for nobody')(message, exchange);
    });
    const seen = watch(send(gone.signal));
    await jest.advanceTimersByTimeAsync(500);
    expect([seen.body, signal?.aborted]).toEqual([undefined, false]);
    gone.abort();
    await jest.advanceTimersByTimeAsync(0);
    expect([seen.body, signal?.aborted]).toEqual(['success', false]);
    // Another delivery could ask for the reply, for a while.
    await jest.advanceTimersByTimeAsync(500 + 5999);
    expect(log.lines).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({ level: 'warn', details: { message: KEY } });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not wait for a client that had disconnected before', async () => {
    const { send } = setUpLast(() => new Promise(() => {}));
    const seen = watch(send(AbortSignal.abort()));
    await jest.advanceTimersByTimeAsync(0);
    expect(seen.body).toBe('success');
  });
});

describe('an exchange', () => {
  it('holds the framework’s request and an empty state', async () => {
    const native = { url: '/wechat' };
    const seen: unknown[] = [];
    const webhook = createWebhook(ACCOUNT, (message, exchange) => {
      seen.push(exchange.native, exchange.state, exchange.message === message, exchange.match);
    });
    await webhook.handle({ ...plain(ACCOUNT, event('CLICK', { EventKey: 'A' })), native });
    expect(seen).toEqual([native, {}, true, undefined]);
  });

  it.each<[boolean, string, WebhookOptions['interruptBy'], string]>([
    [true, 'the text of interruptBy', 'stop', ' stop '],
    [false, 'another text', 'stop', 'stop it'],
    [false, 'a text where nothing interrupts', undefined, 'stop'],
    [false, 'a text that a RegExp matches, which may match any', /stop/, 'stop'],
    [false, 'a text that a function accepts, which may accept any', () => true, 'stop'],
  ])('says %s of %s', async (expected, _, interruptBy, Content) => {
    const seen: unknown[] = [];
    const webhook = createWebhook({ ...ACCOUNT, interruptBy }, (_message, exchange) => {
      seen.push(exchange.isInterruption);
    });
    await webhook.handle(plain(ACCOUNT, userMessage('text', { Content })));
    expect(seen).toEqual([expected]);
  });

  it('holds the webhook’s logger, in a handler and after it', async () => {
    const handler: Handler = (message, { logger }) => {
      logger.info({ message: messageKey(message) }, 'asked');
      throw new Error('broken');
    };
    const onError: WebhookOptions['onError'] = (_error, { logger }) => {
      logger.info({}, 'failed');
      return 'Sorry.';
    };
    const { send, log } = setUp(handler, { account: 'shop', onError });
    await send();
    expect(log.lines).toMatchObject([
      { message: 'asked', details: { account: 'shop', message: KEY } },
      { message: 'failed', details: { account: 'shop' } },
    ]);
  });

  const lose = () => Promise.reject(new Error('the store is away'));
  it.each<[string, Partial<WebhookOptions>]>([
    ['contexts', { contexts: Object.assign(new MemoryContextStore(), { load: lose }) }],
    ['deliveries', { deliveries: Object.assign(new MemoryDeliveryStore(), { claim: lose }) }],
  ])('holds it also where no handler ran, as the store of %s is away', async (_, stores) => {
    const onError: WebhookOptions['onError'] = (_error, { logger }) => {
      logger.info({}, 'failed');
      return 'Sorry.';
    };
    const { send, log } = setUp(() => 'fine', { ...stores, onError });
    await send();
    expect(log.lines).toContainEqual({ level: 'info', details: {}, message: 'failed' });
  });
});
