/** Late replies, which no delivery can carry any more. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type Exchange,
  InvalidArgumentError,
  MemoryDeliveryStore,
  NeedParamError,
  type Reply,
  type ReplyLike,
  reply,
  UndeliveredError,
  type WebhookOptions,
} from '@wechat-mp/core';
import { GH, OPENID, plain, readAnswer, userMessage } from '../../../../test/support/platform.ts';
import { after, recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

type Options = Partial<WebhookOptions>;
const ACCOUNT = { token: 'TOKEN' };
const TEXT = userMessage('text', { Content: 'a question' });
const KEY = { type: 'text', id: TEXT['MsgId'], target: GH, source: OPENID };
const SECRET = 'the secret reply';
const fail = (error: unknown) => () => {
  throw error;
};

/** A client that keeps what it sends; it rejects as `failure` says for the n-th, from 1. */
function fakeClient(failure: (n: number) => unknown = () => undefined) {
  const sent: Reply[] = [];
  const openids: string[] = [];
  const send = async (openid: string, one: Reply) => {
    const error = failure(openids.push(openid));
    if (error !== undefined) throw error;
    sent.push(one);
  };
  return { sent, openids, client: { message: { custom: { send } } } };
}
const rejecting = (cause: unknown): Options => ({ client: fakeClient(() => cause).client });

/** Has a handler answer after 6 seconds, in one delivery that waits for 4.5. */
async function answerLate(answer: ReplyLike, options: Options = {}) {
  const log = recorder();
  const account = { ...ACCOUNT, logger: log, maxDeliveries: 1 as const, ...options };
  const webhook = createWebhook(account, () => after(6000).then(() => answer));
  const delivery = plain(ACCOUNT, TEXT);
  const handling = webhook.handle(delivery);
  await jest.advanceTimersByTimeAsync(4500);
  const { status, headers, body } = await handling;
  const contentType = headers['content-type'];
  expect(readAnswer(ACCOUNT, delivery, { status, contentType, body })).toBe('success');
  await jest.advanceTimersByTimeAsync(20_000);
  return { log, levels: log.lines.map(({ level }) => level) };
}

/** The same with `onUndelivered`; returns the arguments of its calls. */
async function answerInVain(answer: ReplyLike, options: Options) {
  const onUndelivered = jest.fn<(error: UndeliveredError, exchange: Exchange) => void>();
  const { levels } = await answerLate(answer, { onUndelivered, ...options });
  // It is the function's to tell.
  expect(levels).toEqual(['info']);
  expect(onUndelivered.mock.calls).toHaveLength(1);
  const [error, exchange] = onUndelivered.mock.calls[0] as [UndeliveredError, Exchange];
  expect(error).toBeInstanceOf(UndeliveredError);
  expect(error).toMatchObject({ code: 'WECHAT_UNDELIVERED', key: KEY });
  expect(exchange.message).toMatchObject({ content: 'a question' });
  return error;
}

const articles = [1, 2, 3].map((n) => ({ title: `Article ${n}`, url: `https://example.com/${n}` }));
const device = { deviceType: 'd', deviceId: '1', sessionId: 's', content: 'YQ==' };
const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => `第 ${n} 天，去公园走走。`);

it.each([16, 30, 60])(
  'after %i s, and three deliveries of 5 s each, is pushed once by the one run',
  async (seconds) => {
    const { sent, client } = fakeClient();
    let started = 0;
    const webhook = createWebhook({ ...ACCOUNT, client }, () => {
      started += 1;
      return after(seconds * 1000).then(() => 'at last');
    });
    const answers: string[] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      const gone = new AbortController();
      const request = { ...plain(ACCOUNT, TEXT), signal: gone.signal };
      void webhook.handle(request).then(({ body }) => answers.push(body));
      await jest.advanceTimersByTimeAsync(5000);
      gone.abort();
    }
    await jest.advanceTimersByTimeAsync(90_000);
    expect([started, sent]).toEqual([1, [reply.text('at last')]]);
    expect(answers.at(-1)).toBe('success');
  },
);

it.each([0, 900, 3400])(
  'a reply after the last deadline is pushed, and not given to a copy that came %i ms after its original',
  async (delay) => {
    const { sent, client } = fakeClient();
    const account = { ...ACCOUNT, client, replyWindow: 3500, maxDeliveries: 1 as const };
    const webhook = createWebhook(account, () => after(3700).then(() => 'the answer'));
    const request = plain(ACCOUNT, TEXT);
    const answers: string[] = [];
    void webhook.handle(request).then(({ body }) => answers.push(body));
    await jest.advanceTimersByTimeAsync(delay);
    void webhook.handle(request).then(({ body }) => answers.push(body));
    await jest.advanceTimersByTimeAsync(20_000);
    expect([answers, sent]).toEqual([['success', 'success'], [reply.text('the answer')]]);
  },
);

/** A store whose answers take a number of milliseconds, like those of another machine. */
function slowStore(milliseconds: number): MemoryDeliveryStore {
  const store = new MemoryDeliveryStore();
  const finish = store.finish.bind(store);
  const look = store.wait.bind(store);
  return Object.assign(store, {
    finish: async (...args: Parameters<typeof finish>) => {
      const fate = await finish(...args);
      await after(milliseconds);
      return fate;
    },
    wait: async (...args: Parameters<typeof look>) => {
      const found = await look(...args);
      await after(milliseconds);
      return found;
    },
  });
}

describe('is pushed once when the last connection ends while the store answers', () => {
  it.each([
    ['the delivery that started the run', 1, 4400],
    ['a delivery that joined it', 3, 14_400],
  ])('%s', async (_, maxDeliveries, latency) => {
    const { sent, client } = fakeClient();
    const account = { ...ACCOUNT, client, deliveries: slowStore(200) };
    const webhook = createWebhook({ ...account, maxDeliveries: maxDeliveries as 1 | 3 }, () =>
      after(latency).then(() => 'at last'),
    );
    for (let tries = 0; tries < maxDeliveries; tries += 1) {
      const gone = new AbortController();
      void webhook.handle({ ...plain(ACCOUNT, TEXT), signal: gone.signal });
      // The last one is hung up between the end of the run and the store's word for it.
      await jest.advanceTimersByTimeAsync(tries === maxDeliveries - 1 ? 4450 : 5000);
      gone.abort();
    }
    await jest.advanceTimersByTimeAsync(20_000);
    expect(sent).toEqual([reply.text('at last')]);
  });
});

describe('push sends', () => {
  it.each<[string, ReplyLike, Reply[]]>([
    ['a string', 'hello', [reply.text('hello')]],
    ['a text', reply.text('hello'), [reply.text('hello')]],
    ['an image', reply.image('m1'), [reply.image('m1')]],
    ['a voice', reply.voice('m1'), [reply.voice('m1')]],
    ['a video', reply.video('m1', { title: 't' }), [reply.video('m1', { title: 't' })]],
    ['music', reply.music('https://e.com/a.mp3'), [reply.music('https://e.com/a.mp3')]],
    ['one article', reply.news(articles.slice(0, 1)), [reply.news(articles.slice(0, 1))]],
    ['articles one by one', articles, articles.map((one) => reply.news([one]))],
    ['nothing when there is nothing to say', null, []],
    ['nothing for an empty text', '', []],
    ['nothing for none', reply.none(), []],
  ])('%s', async (_, answer, expected) => {
    const { client, sent, openids } = fakeClient();
    const { levels } = await answerLate(answer, { client });
    expect(sent).toEqual(expected);
    expect(openids).toEqual(expected.map(() => OPENID));
    // Nothing is cut, lost or wrong, so nothing is reported.
    expect(levels).toEqual(['info']);
  });

  it('a long text in several messages, each when the one before it is sent', async () => {
    const text = lines(180).join('');
    const sent: string[] = [];
    let atOnce = 0;
    let most = 0;
    const send = async (_: string, one: Reply) => {
      most = Math.max(most, (atOnce += 1));
      sent.push(one.type === 'text' ? one.content : '');
      await after(3000 / sent.length); // the first takes longest
      atOnce -= 1;
    };
    await answerLate(text, { client: { message: { custom: { send } } } });
    expect([sent.length, most]).toEqual([3, 1]);
    expect(sent.filter((part) => Buffer.byteLength(part) > 2048 || !part.endsWith('。'))).toEqual(
      [],
    );
    expect(sent.join('')).toBe(text);
  });
});

describe('what could not be sent reaches onUndelivered', () => {
  it.each<[string, Reply]>([
    ['a transfer to an agent', reply.transferToCustomerService()],
    ['a transfer to the platform’s AI', reply.transferToAI()],
    ['a text for a device', reply.deviceText(device)],
    ['an event for a device', reply.deviceEvent({ ...device, event: 'bind' })],
    [
      'the status of a device',
      reply.deviceStatus({ deviceType: 'd', deviceId: 'e', deviceStatus: 1 }),
    ],
    ['a page of the hardware platform', reply.hardware('myrank', 'ranklist')],
  ])('because it is %s, which only a delivery can carry', async (_, answer) => {
    const { client, openids } = fakeClient();
    const error = await answerInVain(answer, { client });
    expect(error.reply).toEqual(answer);
    expect(error.cause).toBeInstanceOf(InvalidArgumentError);
    expect(openids).toEqual([]);
  });

  const error45015 = Object.assign(new Error('out of time limit'), { errcode: 45015 });
  const answer45047 = { errcode: 45047 };
  it.each<[string, unknown, Options]>([
    ['45015', error45015, rejecting(error45015)],
    ['45047', answer45047, rejecting(answer45047)],
    ['the network', 'ECONNREFUSED', rejecting('ECONNREFUSED')],
    ['null', null, rejecting(null)],
    ['a client that throws', 'no', { client: { message: { custom: { send: fail('no') } } } }],
    ['a function that throws', 'no', { lateReply: fail('no') }],
    ['a function that rejects', 'no', { lateReply: () => Promise.reject('no') }],
  ])('because of %s', async (_, cause, options) => {
    const error = await answerInVain(SECRET, options);
    expect(error.reply).toEqual(reply.text(SECRET));
    expect(error.cause).toBe(cause);
    expect(error.message).not.toContain(SECRET);
  });

  it.each<[string, Reply]>([
    ['a long text', reply.text(lines(180).join(''))],
    ['articles', reply.news(articles)],
  ])('with what the user has not seen of it: %s', async (_, answer) => {
    const { client, sent, openids } = fakeClient((n) => (n === 2 ? 'no' : undefined));
    const error = await answerInVain(answer, { client });
    expect(sent).toHaveLength(1);
    // It is not tried again, nor is what comes after it.
    expect(openids).toHaveLength(2);
    expect(join(sent[0], error.reply)).toEqual(answer);
  });
});

function join(one: Reply | undefined, two: Reply): Reply | undefined {
  if (one?.type === 'text' && two.type === 'text') return reply.text(one.content + two.content);
  if (one?.type === 'news' && two.type === 'news') {
    return reply.news([...one.articles, ...two.articles]);
  }
  return undefined;
}

it('a client that never answers is given up after maxRun, and the reply reported once', async () => {
  let settle = () => {};
  const send = () =>
    new Promise<void>((resolve) => {
      settle = resolve;
    });
  const undelivered: unknown[] = [];
  const webhook = createWebhook(
    {
      token: 'TOKEN',
      client: { message: { custom: { send } } },
      logger: recorder(),
      maxDeliveries: 1,
      maxRun: 60_000,
      onUndelivered: ({ reply, cause }) => void undelivered.push([reply, String(cause)]),
    },
    () => after(6000).then(() => 'at last'),
  );
  void webhook.handle(plain({ token: 'TOKEN' }, userMessage('text', { Content: 'hi' })));
  await jest.advanceTimersByTimeAsync(65_900);
  expect(undelivered).toEqual([]);
  await jest.advanceTimersByTimeAsync(200);
  settle();
  await jest.advanceTimersByTimeAsync(60_000);
  const reply = { type: 'text', content: 'at last' };
  expect(undelivered).toEqual([[reply, 'Error: it was not sent within 60000 ms (maxRun)']]);
});

describe('what could not be sent, without onUndelivered,', () => {
  it.each<[string, unknown]>([
    ['an error', new Error('45015 out of time limit')],
    ['an answer of the API', { errcode: 45015, errmsg: 'out of time limit' }],
  ])('is one error in the log, which says why: %s', async (_, cause) => {
    const { log, levels } = await answerLate(SECRET, rejecting(cause));
    expect(levels).toEqual(['info', 'error']);
    expect(log.lines[1]?.details).toMatchObject({ message: KEY, code: 'WECHAT_UNDELIVERED' });
    expect(log.lines[1]?.message).toContain('45015');
    expect(log.text()).not.toContain(SECRET);
  });
});

describe('of a client that names its URL in its error', () => {
  const url = 'https://api.weixin.qq.com/cgi-bin/message/custom/send?access_token=T0KEN&x=1';
  const cause = new Error(`POST ${url} failed: ECONNREFUSED`, { cause: new Error(url) });
  it.each<[string, Options]>([
    ['without onUndelivered', {}],
    ['when onUndelivered throws the error on', { onUndelivered: (error) => fail(error)() }],
  ])('neither the token nor the reply is ever in the log: %s', async (_, options) => {
    const { log } = await answerLate(SECRET, { ...rejecting(cause), ...options });
    expect(log.text()).toContain('ECONNREFUSED');
    expect(log.text()).not.toContain('T0KEN');
    expect(log.text()).not.toContain(SECRET);
  });

  it('the token is not in the message of the error that onUndelivered gets', async () => {
    const { message } = await answerInVain(SECRET, rejecting(cause));
    expect(message).toContain('ECONNREFUSED');
    expect(message).not.toContain('T0KEN');
  });
});

describe('onUndelivered', () => {
  it.each<[string, Options['onUndelivered']]>([
    ['throws', fail(new Error('worse'))],
    ['rejects', () => Promise.reject(new Error('worse'))],
  ])('that %s is logged, with the error it received', async (_, onUndelivered) => {
    const failing = rejecting(new Error('45015'));
    const { log, levels } = await answerLate(SECRET, { ...failing, onUndelivered });
    expect(levels).toEqual(['info', 'error', 'error']);
    expect(log.lines.slice(1).map(({ details }) => details)).toMatchObject([
      { message: KEY },
      { message: KEY },
    ]);
    expect(log.text()).toMatch(/worse[^]*45015/);
    expect(log.text()).not.toContain(SECRET);
  });
});

describe('lateReply', () => {
  it.each<[string, Options]>([
    ['and there is no client', {}],
    ['though there is a client', { lateReply: 'drop', ...rejecting(new Error('sent')) }],
  ])('drop warns with the message’s key, and sends nothing: %s', async (_, options) => {
    const onUndelivered = jest.fn(() => {});
    const { log, levels } = await answerLate(SECRET, { ...options, onUndelivered });
    expect(levels).toEqual(['info', 'warn']);
    expect(log.lines[1]?.details).toMatchObject({ message: KEY });
    expect(log.text()).not.toContain(SECRET);
    expect(onUndelivered).not.toHaveBeenCalled();
  });

  it('as a function gets the reply in full and the exchange, once, and is all that sends', async () => {
    const { client, sent } = fakeClient();
    const lateReply = jest.fn<(late: Reply, exchange: Exchange) => void>();
    const { levels } = await answerLate(SECRET, { client, lateReply });
    expect(lateReply.mock.calls).toHaveLength(1);
    const [late, exchange] = lateReply.mock.calls[0] as [Reply, Exchange];
    expect(late).toEqual(reply.text(SECRET));
    expect(exchange.message).toMatchObject({ content: 'a question' });
    expect(exchange.client).toBe(client);
    expect(sent).toEqual([]);
    expect(levels).toEqual(['info']);
  });
});

describe('an option that is wrong is found when the webhook is made', () => {
  const { client } = fakeClient();
  it.each<[Record<string, unknown>, RegExp]>([
    [{ lateReply: 'mail' }, /push, hold, drop/],
    [{ client: {} }, /message\.custom\.send/],
    [{ client: { message: { custom: {} } } }, /message\.custom\.send/],
    [{ client, pending: 42 }, /number/],
    [{ client, pending: { type: 'image' } }, /mediaId/],
    ...[0, -1, '600', Number.NaN].flatMap((value): [Record<string, unknown>, RegExp][] =>
      ['holdAge', 'maxRun', 'maxPending', 'replyWindow'].map((n) => [{ [n]: value }, RegExp(n)]),
    ),
    ...[0, 4, 1.5, '2'].map((value): [object, RegExp] => [{ maxDeliveries: value }, /1, 2, 3/]),
    ...['', 5].map((value): [object, RegExp] => [{ holdKeyword: value }, /holdKeyword/]),
    [{ client, holdKeyword: '继续' }, /lateReply: 'hold'/],
    [{ onUndelivered: 'log' }, /function/],
    ...[5, {}].map((value): [object, RegExp] => [{ interruptBy: value }, /RegExp/]),
    [{ abortAtDeadline: 'yes' }, /true or false/],
    [{ retryOnError: 1 }, /true or false/],
    [{ deliveries: {} }, /DeliveryStore/],
  ] as [Record<string, unknown>, RegExp][])('%j', (options, message) => {
    const make = () => createWebhook({ ...ACCOUNT, ...options });
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(message);
  });

  it('push without a client', () => {
    expect(() => createWebhook({ ...ACCOUNT, lateReply: 'push' })).toThrow(NeedParamError);
    expect(() => createWebhook({ ...ACCOUNT, lateReply: 'push' })).toThrow(/client/);
  });
});
