/**
 * Events of node:diagnostics_channel about deliveries, runs, replies and calls, and what they never
 * contain.
 */
import {
  type Channel,
  channel,
  subscribe,
  tracingChannel,
  unsubscribe,
} from 'node:diagnostics_channel';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type DiagnosticsChannels,
  type Handler,
  MemoryContextStore,
  MemoryDeliveryStore,
  type RunTrace,
  type WebhookOptions,
} from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { closeServers, listen } from '../../../test/support/http.ts';
import { plain, userMessage } from '../../../test/support/platform.ts';
import { until } from '../../../test/support/until.ts';
import { isTraced } from '../src/diagnostics.ts';
import { recorder } from './support.ts';

const TOKEN = { token: 'ZQtoken' };
const SAID = 'ZQ what the user said';
const ANSWERED = 'ZQ what the bot answered';
const NAMES = [
  'wechat-mp:delivery',
  'wechat-mp:run',
  'wechat-mp:reply',
  'wechat-mp:call',
] as const satisfies readonly (keyof DiagnosticsChannels)[];

type Seen = DiagnosticsChannels[keyof DiagnosticsChannels] & { readonly channel: string };
const listeners: (() => void)[] = [];
afterAll(closeServers);
afterEach(() => {
  for (const stop of listeners.splice(0)) stop();
});

/** Listens to all channels. */
function listenToAll() {
  const seen: Seen[] = [];
  for (const name of NAMES) {
    const listener = (event: unknown) => {
      seen.push({ ...(event as Seen), channel: name.slice('wechat-mp:'.length) });
    };
    subscribe(name, listener);
    listeners.push(() => void unsubscribe(name, listener));
  }
  return {
    seen,
    /** Every event as `channel: event`, in order. */
    names: () => seen.map(({ channel: of, event }) => `${of}: ${event}`),
    find: (name: string) =>
      seen.find((event) => `${event.channel}: ${event.event}` === name) as Seen &
        Record<string, unknown>,
  };
}

const userText = (Content = SAID) => userMessage('text', { Content });
const message = expect.objectContaining({ type: 'text', source: expect.any(String) });

function create(handler: Handler, options: Partial<WebhookOptions> = {}) {
  return createWebhook({ ...TOKEN, account: 'shop', logger: recorder(), ...options }, handler);
}

describe('a message that is answered at once', () => {
  it('is received, run and answered', async () => {
    const { seen, names } = listenToAll();
    await create(() => ANSWERED).handle(plain(TOKEN, userText()));
    expect(names()).toEqual([
      'delivery: received',
      'run: started',
      'run: ended',
      'delivery: answered',
    ]);
    const [received, started, ended, answered] = seen;
    const common = { account: 'shop', message };
    const times = { queueTime: 0, storeTime: 0 };
    expect(received).toEqual({ channel: 'delivery', event: 'received', ...common });
    expect(started).toEqual({ channel: 'run', event: 'started', attempt: 1, ...common, ...times });
    expect(ended).toMatchObject({ outcome: 'replied', attempt: 1, duration: expect.any(Number) });
    expect(answered).toMatchObject({ outcome: 'reply', attempt: 1, duration: expect.any(Number) });
  });

  it.each<[string, Handler, Partial<WebhookOptions>, object]>([
    ['nothing is said', () => null, {}, { outcome: 'silent', error: undefined }],
    [
      'the handler fails',
      () => {
        throw Object.assign(new TypeError(SAID), { code: 'E_BROKEN' });
      },
      {},
      { outcome: 'failed', error: { name: 'TypeError', code: 'E_BROKEN' } },
    ],
    [
      'the handler fails, and is to run again',
      (_message, { native }) => {
        // The delivery waits for the next one until its client has gone.
        setImmediate(() => (native as AbortController).abort());
        throw new Error(SAID);
      },
      { retryOnError: true },
      { outcome: 'repeated', error: { name: 'Error', code: undefined } },
    ],
    [
      'the handler does not end in time',
      () => new Promise(() => {}),
      { maxRun: 10 },
      { outcome: 'overrun', error: { name: 'RunTooLongError', code: 'WECHAT_RUN_TOO_LONG' } },
    ],
  ])('says how the run ended where %s', async (_, handler, options, end) => {
    const { find } = listenToAll();
    const native = new AbortController();
    const request = { ...plain(TOKEN, userText()), native, signal: native.signal };
    await create(handler, options).handle(request);
    expect(find('run: ended')).toMatchObject(end);
  });

  it('is published with the times of slow stores and queues', async () => {
    const { seen } = listenToAll();
    let now = 0;
    const clock = {
      now: () => now,
      wallTime: () => now,
      setTimeout: () => ({}),
      clearTimeout: () => {},
    };
    class SlowStore extends MemoryDeliveryStore {
      override async claim(...given: Parameters<MemoryDeliveryStore['claim']>) {
        now += 7;
        return super.claim(...given);
      }
    }
    const options = {
      clock,
      deliveries: new SlowStore({ clock }),
      contexts: new MemoryContextStore(),
    };
    let end = () => {};
    const first = new Promise<void>((resolve) => {
      end = resolve;
    });
    let runs = 0;
    const webhook = create(async () => {
      runs += 1;
      if (runs === 1) await first;
      return ANSWERED;
    }, options);
    const answers = [plain(TOKEN, userText()), plain(TOKEN, userText())].map((delivery) =>
      webhook.handle(delivery),
    );
    await until(() => runs === 1);
    now += 1000;
    end();
    await Promise.all(answers);
    const [one, other] = seen.filter(({ event }) => event === 'ended') as unknown as RunTrace[];
    expect(one).toMatchObject({ storeTime: 7, queueTime: 0 });
    expect(other?.queueTime).toBeGreaterThanOrEqual(1000);
    expect(other?.storeTime).toBeGreaterThanOrEqual(7);
  });
});

describe('a delivery', () => {
  it.each([
    ['with a wrong signature', { query: { signature: 'x', timestamp: '1', nonce: '1' } }, 401],
    ['of no message', { ...plain(TOKEN, '<xml><a>b</a></xml>') }, 400],
    ['by PUT', { method: 'PUT' }, 405],
  ])('%s is refused: path, status, code and reason are published', async (_, wrong, status) => {
    const { find, names } = listenToAll();
    const request = { ...plain(TOKEN, userText()), ...wrong, path: '/wechat\u0000' };
    await create(() => ANSWERED).handle(request);
    expect(names()).toEqual(['delivery: refused']);
    expect(find('delivery: refused')).toMatchObject({
      account: 'shop',
      path: '/wechat\\u{0}',
      status,
      code: expect.stringMatching(/^WECHAT_/),
      reason: expect.any(String),
    });
  });

  it('of a known message joins its run, and has its reply', async () => {
    const { names, seen } = listenToAll();
    const webhook = create(() => ANSWERED);
    const fields = userText();
    await webhook.handle(plain(TOKEN, fields));
    seen.length = 0;
    const delivery = plain(TOKEN, fields);
    await webhook.handle(delivery);
    expect(names()).toEqual(['delivery: received', 'delivery: joined', 'delivery: answered']);
    expect(seen[1]).toMatchObject({ state: 'ended', attempt: 2 });
    await webhook.handle(delivery);
    expect(seen.at(-1)).toMatchObject({ outcome: 'reply', attempt: 2.001 });
  });

  it('beyond maxPending and maxQueued is overloaded', async () => {
    const { seen } = listenToAll();
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const slow: Handler = () => ended;
    const queued = create(slow, { maxQueued: 1 });
    const pending = create(slow, { maxPending: 1 });
    const answers = [queued, queued, queued, pending, pending].map((webhook) =>
      webhook.handle(plain(TOKEN, userText())),
    );
    end();
    await Promise.all(answers);
    const limits = seen.flatMap((event) => (event.event === 'overloaded' ? event.limit : []));
    expect(new Set(limits)).toEqual(new Set(['maxQueued', 'maxPending']));
  });
});

describe('a late reply', () => {
  const sending = (send: (...given: unknown[]) => Promise<unknown>) =>
    ({ message: { custom: { send } } }) as WebhookOptions['client'];
  it.each<[string, Partial<WebhookOptions>, string, object]>([
    ['pushed', { client: sending(async () => {}) }, 'pushed', { messages: 1, reason: 'late' }],
    ['held', { lateReply: 'hold' }, 'held', { reason: 'late' }],
    ['handed to a function', { lateReply: async () => {} }, 'handed', { reason: 'late' }],
    ['dropped', {}, 'dropped', { reason: 'late' }],
    [
      'undelivered',
      { client: sending(() => Promise.reject(new RangeError(SAID))) },
      'undelivered',
      { error: { name: 'RangeError', code: undefined } },
    ],
  ])('that is %s comes after what is shown meanwhile', async (_, options, event, details) => {
    const { names, find } = listenToAll();
    let end = () => {};
    const late = new Promise<void>((resolve) => {
      end = resolve;
    });
    const window = { replyWindow: 10, maxDeliveries: 1, pending: 'ZQ wait' } as const;
    const webhook = create(() => late.then(() => ANSWERED), { ...window, ...options });
    await webhook.handle(plain(TOKEN, userText()));
    expect(find('reply: pending')).toMatchObject({ account: 'shop', attempt: 1, isShown: true });
    expect(find('delivery: answered')).toMatchObject({ outcome: 'pending' });
    end();
    await until(() => names().includes(`reply: ${event}`));
    expect(find(`reply: ${event}`)).toMatchObject({ account: 'shop', reply: 'text', ...details });
  });
});

describe('a call of the API', () => {
  async function call(answer: () => string | undefined) {
    const baseUrl = await listen((request, response) => {
      void text(request).then(() => {
        const said = answer();
        if (said === undefined) request.socket.destroy();
        else response.end(said);
      });
    });
    const client = new OfficialClient({
      appid: 'wx1',
      accessToken: 'ZQaccesstoken',
      baseUrl,
      retry: 0,
      logger: recorder(),
    });
    await client.user.get('o1').catch(() => {});
  }

  it.each([
    ['that works', '{"subscribe":1}', { errcode: 0, error: undefined }],
    [
      'that is refused',
      '{"errcode":40003,"errmsg":"invalid openid ZQ"}',
      { errcode: 40003, error: { name: 'OfficialAPIError', code: expect.anything() } },
    ],
  ])('%s tells its path, errcode, duration and try', async (_, answer, details) => {
    const { seen } = listenToAll();
    await call(() => answer);
    expect(seen).toMatchObject([
      {
        event: 'answered',
        account: 'wx1',
        name: 'user.get',
        method: 'GET',
        path: '/cgi-bin/user/info',
        attempt: 1,
        status: 200,
        duration: expect.any(Number),
        ...details,
      },
    ]);
  });

  it('without an answer is published with its error', async () => {
    const { seen } = listenToAll();
    await call(() => undefined);
    expect(seen).toMatchObject([
      { event: 'failed', attempt: 1, errcode: undefined, error: { name: 'NetworkError' } },
    ]);
  });
});

describe('a span', () => {
  it('encloses a run, from its claim to its end, and knows how that ended', async () => {
    const steps: string[] = [];
    const traces = new Set<unknown>();
    const tracing = tracingChannel<object, object>('wechat-mp:run');
    const step = (name: string) => (trace: unknown) => {
      traces.add(trace);
      steps.push(`${name} ${(trace as RunTrace).outcome}`);
    };
    const subscribers = {
      start: step('start'),
      end: step('end'),
      asyncStart: step('asyncStart'),
      asyncEnd: step('asyncEnd'),
      error: step('error'),
    };
    tracing.subscribe(subscribers);
    listeners.push(() => tracing.unsubscribe(subscribers));
    const webhook = create(async ({ type }) => {
      steps.push(`the handler of ${type}`);
      throw new Error(SAID);
    });
    await webhook.handle(plain(TOKEN, userText()));
    expect(steps).toEqual([
      'start undefined',
      'the handler of text',
      'end undefined',
      'error failed',
      'asyncStart failed',
      'asyncEnd failed',
    ]);
    expect(traces.size).toBe(1);
  });
});

it('no event contains a user’s text, a token or a secret', async () => {
  const { seen } = listenToAll();
  const client = { message: { custom: { send: () => Promise.reject(new Error(ANSWERED)) } } };
  const webhook = create(async () => ANSWERED.repeat(99), { client, pending: ANSWERED });
  await webhook.handle({ ...plain(TOKEN, userText()), path: '/wechat' });
  await webhook.handle({ ...plain({ token: 'ZQother' }, userText()), path: '/wechat' });
  await until(() => seen.some(({ event }) => event === 'undelivered'));
  expect(seen.length).toBeGreaterThan(4);
  expect(inspect(seen, { depth: 9, showHidden: true, maxStringLength: null })).not.toContain('ZQ');
});

it('nothing is published without subscribers', async () => {
  const spans = ['run', 'call'].flatMap((name) => {
    const { start, end, asyncStart, asyncEnd, error } = tracingChannel(`wechat-mp:${name}`);
    return [start, end, asyncStart, asyncEnd, error];
  });
  const channels = [...NAMES.map((name) => channel(name)), ...spans];
  const published = channels.flatMap((one) => [
    jest.spyOn(one, 'publish'),
    jest.spyOn(one as Channel & { runStores: () => void }, 'runStores'),
  ]);
  const webhook = create(async () => ANSWERED);
  const { status } = await webhook.handle(plain(TOKEN, userText()));
  await webhook.handle({ ...plain(TOKEN, userText()), query: {} });
  const counts = published.map(({ mock }) => mock.calls.length);
  jest.restoreAllMocks();
  expect(status).toBe(200);
  expect(counts).toEqual(published.map(() => 0));
});

it('spans are followed where only their channels say that somebody listens, as Bun has it', () => {
  const one = (hasSubscribers: boolean) => ({ hasSubscribers });
  const silent = { start: one(false), end: one(false), asyncStart: one(false), error: one(false) };
  const traced = [false, true].map((isHeard) => ({ ...silent, asyncEnd: one(isHeard) }));
  expect(traced.map((tracing) => isTraced(tracing as never))).toEqual([false, true]);
});
