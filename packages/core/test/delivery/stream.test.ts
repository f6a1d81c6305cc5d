/** Handlers that answer while they think: async generators. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type Answer,
  createWebhook,
  type Exchange,
  type HandlersLike,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Message,
  type Reply,
  type ReplyStream,
  Router,
  reply,
  StoreError,
  type UndeliveredError,
  type WebhookOptions,
} from '@wechat-mp/core';
import { OPENID, plain, readAnswer, userMessage } from '../../../../test/support/platform.ts';
import { after, recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };
/** When a stream that goes on answers: shortly before its window of 4.5 s closes. */
const DEADLINE = 4275;
const advance = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

type Chunk = string | Reply | number | Error;
/** Yields texts and replies, waits for numbers, throws errors. */
async function* chunks(...all: Chunk[]): AsyncGenerator<string | Reply> {
  for (const chunk of all) {
    if (typeof chunk === 'number') await after(chunk);
    else if (chunk instanceof Error) throw chunk;
    else yield chunk;
  }
}
/** Yields a text in tokens of three characters, one in 150 ms. */
const tokens = (text: string) =>
  chunks(...(text.match(/[^]{1,3}/gu) ?? []).flatMap((token) => [150, token]));

function setUp(handlers: HandlersLike, options: Partial<WebhookOptions> = {}) {
  const log = recorder();
  /** The replies that were pushed. */
  const sent: Reply[] = [];
  const times: number[] = [];
  const send = async (_: string, one: Reply) => {
    sent.push(one);
    times.push(performance.now() - start);
  };
  const client = { message: { custom: { send } } };
  const account = { ...ACCOUNT, logger: log, client, maxDeliveries: 1 as const, ...options };
  const webhook = createWebhook(account, handlers);
  const start = performance.now();
  /** Delivers once; gives what the user sees, and after how many milliseconds. */
  async function say(Content = 'a question', FromUserName = OPENID) {
    const said = performance.now();
    const delivery = plain(ACCOUNT, userMessage('text', { Content, FromUserName }));
    const { status, headers, body } = await webhook.handle(delivery);
    const answer = { status, contentType: headers['content-type'], body };
    const read = readAnswer(ACCOUNT, delivery, answer, FromUserName);
    const { Content: text, MsgType } = read === 'success' ? {} : read;
    const shown = read === 'success' ? read : ((text ?? MsgType) as string);
    return { shown, after: Math.round(performance.now() - said) };
  }
  const texts = () => sent.map((one) => (one.type === 'text' ? one.content : one.type));
  const levels = () => log.lines.map(({ level }) => level).filter((level) => level !== 'info');
  /** Says something, lets time pass, and gives what was shown. */
  async function sayFor(milliseconds: number): Promise<unknown> {
    const answer = say();
    await advance(milliseconds);
    return (await answer).shown;
  }
  const deliver = (delivery: ReturnType<typeof plain>) => webhook.handle(delivery);
  return { deliver, log, levels, say, sayFor, sent, texts, times };
}

const CHINESE = '从前有座山，山里有座庙。庙里有个老和尚，他说：“从前有座山！”讲到哪里了？'.repeat(
  6,
);
const ENGLISH = 'Pi is 3.14159, they say. Is it? "Yes!" she said. Then nobody spoke.\n'.repeat(5);

describe('a stream', () => {
  it.each<[string, Chunk[], string]>([
    ['that ends before the deadline is one text', ['One', ' ', 500, 'two', '', '.'], 'One two.'],
    ['that yields nothing answers success', [], 'success'],
    ['may yield null, as models do', [null as never, 'One', null as never, ' two.'], 'One two.'],
    ['may yield undefined', [undefined as never, 'One', undefined as never, '.'], 'One.'],
  ])('%s', async (_, all, shown) => {
    const { sayFor, sent, levels } = setUp(() => chunks(...all));
    expect([await sayFor(20_000), sent, levels()]).toEqual([shown, [], []]);
  });

  it.each([
    ['Chinese', CHINESE],
    ['English', ENGLISH],
    ['no sentences', '没有句号，'.repeat(40)],
    ['more than a message holds', '我们去公园走走吧。'.repeat(300)],
  ])('loses, doubles and mixes up nothing that comes after the deadline: %s', async (_, text) => {
    const { say, texts, levels } = setUp(() => tokens(text), { maxLateMessages: 20 });
    const answer = say();
    await advance(150 * text.length);
    const { shown, after } = await answer;
    expect(after).toBe(DEADLINE);
    expect(texts().length).toBeGreaterThan(0);
    expect([shown, ...texts()].join('')).toBe(text);
    // In whole sentences, all but the first and the last.
    const torn = texts().filter((one) => !/[。！？!?.\n]["”]?\s*$/u.test(one));
    expect(torn.filter((one) => one !== texts().at(-1))).toEqual([]);
    expect(levels()).toEqual([]);
  });

  it.each([0, 6000])(
    'keeps its order while its first words are on their way to a slow store, after %i ms',
    async (silence) => {
      class Slow extends MemoryDeliveryStore {
        override async finish(...given: Parameters<MemoryDeliveryStore['finish']>) {
          await after(300);
          return super.finish(...given);
        }
      }
      const text = '我们去公园走走吧。'.repeat(300);
      const { sayFor, texts } = setUp(() => chunks(silence, text, 9000, '再见。'), {
        deliveries: new Slow(),
      });
      const shown = await sayFor(60_000);
      expect([shown === 'success' ? '' : shown, ...texts()].join('')).toBe(`${text}再见。`);
    },
  );

  it('pauses twice as long after each message, as their number is limited', async () => {
    const { sayFor, times } = setUp(() => chunks(...Array(300).fill([300, '走吧。']).flat()));
    await sayFor(120_000);
    const flushes = [1, 3, 7, 15].map((windows) => DEADLINE + windows * 4500);
    expect(times).toEqual([...flushes, 90_000]);
  });

  it('that has yielded nothing by the deadline shows `pending`, and is late as a whole', async () => {
    const { say, texts } = setUp(() => chunks(6000, 'One. ', 1000, 'Two.'), { pending: 'Hm…' });
    const answer = say();
    await advance(20_000);
    expect(await answer).toEqual({ shown: 'Hm…', after: 4500 });
    expect(texts().join('')).toBe('One. Two.');
  });

  it('may yield replies, each of which stands by itself', async () => {
    const image = reply.image('m1');
    const all = ['See', ' this:', image, 'Nice,', ' no?', 5000, image, 'Yes.'];
    const { sayFor, sent } = setUp(() => chunks(...all));
    expect(await sayFor(20_000)).toBe('See this:');
    expect(sent).toEqual([image, reply.text('Nice, no?'), image, reply.text('Yes.')]);
  });

  it.each([1000, 6000])(
    'that yields no reply is an error in the log, ending at %d ms',
    async (end) => {
      const { sayFor, levels } = setUp(() => chunks({ type: 'image' } as never, end));
      expect([await sayFor(10_000), levels()]).toEqual(['success', ['error']]);
    },
  );

  const two = () => chunks('One. ', 6000, 'Two.');
  const pass = (_: Exchange, next: () => Promise<Answer>) => next();
  const look = async (_: Exchange, next: () => Promise<Answer>) => void (await next());
  it.each<[string, HandlersLike]>([
    ['a handler by name', { text: two }],
    ['an async function that gives one', { text: async () => two() }],
    ['any async iterable', () => ({ [Symbol.asyncIterator]: two })],
    ['a Router', new Router().text(/./, two)],
    ['middleware that gives it on', new Router().use(pass).on('text', two)],
    ['middleware that only waits', new Router().use(look).use(new Router().default(two))],
    ['middleware itself', new Router().use(two)],
  ])('flows from %s', async (_, handlers) => {
    const { sayFor, texts } = setUp(handlers);
    expect(await sayFor(20_000)).toBe('One. ');
    expect(texts()).toEqual(['Two.']);
  });

  it.each([1000, 6000])('keeps what it changes in the context, ending at %d ms', async (end) => {
    const { say, sayFor } = setUp(async function* (_, { context }) {
      const count = Number(context.get('count', 0)) + 1;
      context.set('count', count);
      yield `${count}`;
      if (count === 1) await after(end);
      context.set('count', count * 10);
    });
    await sayFor(10_000);
    expect((await say()).shown).toBe('11');
  });
});

describe('a stream that fails', () => {
  const broken = new Error('broken');
  it.each<[string, Chunk[], string, string[]]>([
    ['before it yields', [broken], 'Sorry.', []],
    ['before the deadline', ['I think', 1000, broken], 'Sorry.', []],
    ['after it', ['I think', 6000, broken], 'I think', ['Sorry.']],
    ['with nothing to show by then', [6000, broken], 'success', ['Sorry.']],
  ])('%s is answered by onError, once, or else in the log', async (_, all, shown, late) => {
    const onError = jest.fn((_error: unknown, _exchange: Exchange) => 'Sorry.');
    const { sayFor, texts, levels } = setUp(() => chunks(...all), { onError });
    expect([await sayFor(10_000), texts(), levels()]).toEqual([shown, late, []]);
    expect(onError.mock.calls.map(([error]) => error)).toEqual([broken]);
    const without = setUp(() => chunks(...all));
    const expected = shown === 'Sorry.' ? 'success' : shown;
    expect([await without.sayFor(10_000), without.texts()]).toEqual([expected, []]);
    expect(without.levels()).toEqual(['error']);
  });

  it('is answered by the router’s error handler', async () => {
    const router = new Router().on('text', () => chunks(broken)).error(() => 'Sorry.');
    expect((await setUp(router).say()).shown).toBe('Sorry.');
  });

  it('is not answered by a router that only let it through', async () => {
    const passing = new Router().use((_, next) => next()).error(() => 'Not mine.');
    const router = new Router().use(passing).on('text', () => chunks(broken));
    expect((await setUp(router).say()).shown).toBe('success');
  });
});

describe('a stream that has spoken', () => {
  class Away extends MemoryContextStore {
    failures = 0;
    override async save(...given: Parameters<MemoryContextStore['save']>) {
      this.failures -= 1;
      if (this.failures >= 0) throw new Error('the store is away');
      return super.save(...given);
    }
  }
  const spoken = async function* (_: Message, { context }: Exchange): ReplyStream {
    context.set('step', 1);
    yield* chunks('One. ', 6000, 'Two. ', 4000, 'Three.');
  };

  it('has its rest sent, and its context saved, when the store is away at its end', async () => {
    const contexts = new Away();
    contexts.failures = 1;
    const { sayFor, texts, levels } = setUp(spoken, { contexts });
    expect(await sayFor(30_000)).toBe('One. ');
    expect([texts().join(''), levels()]).toEqual(['Two. Three.', []]);
    const kept = await contexts.load({ account: 'default', openid: OPENID });
    expect(kept).toMatchObject({ record: { json: '{"step":1}' } });
  });

  it('and then fails: what had arrived is sent, and what the user has is reported', async () => {
    const told: unknown[] = [];
    const onUndelivered = (error: UndeliveredError) =>
      void told.push([error.reply, error.isSeen, error.cause]);
    const failure = new Error('the model is gone');
    const talk = async function* talk() {
      yield* chunks('One. ', 20_000, 'Two. ', 10, 'Thr');
      throw failure;
    };
    const { sayFor, texts, levels } = setUp(talk, { onUndelivered });
    expect(await sayFor(60_000)).toBe('One. ');
    expect([texts().join(''), levels()]).toEqual(['Two. Thr', ['error']]);
    expect(told).toEqual([[{ type: 'text', content: 'One. Two. Thr' }, true, failure]]);
  });

  it('has its rest sent, and the failure told, when the store stays away', async () => {
    const contexts = new Away();
    contexts.failures = 1000;
    const told: unknown[] = [];
    const onUndelivered = ({ reply, cause }: UndeliveredError) => void told.push([reply, cause]);
    const { sayFor, texts, levels } = setUp(spoken, { contexts, onUndelivered });
    expect(await sayFor(120_000)).toBe('One. ');
    expect([texts().join(''), levels()]).toEqual(['Two. Three.', ['error']]);
    expect(told).toEqual([[{ type: 'none' }, expect.any(StoreError)]]);
  });

  it.each([
    ['before the deadline', 1000],
    ['after it', 6000],
  ])('%s is not repeated by another process when its own has died', async (_, silence) => {
    let isDead = false;
    class Shared extends MemoryDeliveryStore {
      override async renew(...given: Parameters<MemoryDeliveryStore['renew']>) {
        if (isDead) throw new Error('dead');
        return super.renew(...given);
      }
    }
    let runs = 0;
    const talk = () => {
      runs += 1;
      return chunks(silence, 'One. ', 40_000, 'Two.');
    };
    const shared = { deliveries: new Shared(), contexts: new MemoryContextStore() };
    const [first, other] = [setUp(talk, shared), setUp(talk, shared)];
    const delivery = plain(ACCOUNT, userMessage('text', { Content: 'a question' }));
    void first.deliver(delivery);
    await advance(12_000);
    isDead = true;
    await advance(10_000);
    expect(first.texts().concat(other.texts())).toEqual(silence > 5000 ? ['One. '] : []);
    void other.deliver(delivery);
    await advance(15_000);
    expect(runs).toBe(1);
  });
});

/** A model that talks until it is stopped, and tells how that went. */
function endless() {
  const seen = { isAborted: false, hasFinally: false };
  const talk = async function* (_: Message, { signal }: Exchange): ReplyStream {
    try {
      for (;;) {
        await after(200);
        yield '走。';
      }
    } finally {
      seen.isAborted = signal.aborted;
      seen.hasFinally = true;
    }
  };
  const router = new Router().text('stop', () => 'All right.').default(talk);
  return { router, seen };
}

describe('interruptBy', () => {
  const kinds: [string, WebhookOptions['interruptBy']][] = [
    ['a string', 'stop'],
    ['a RegExp', /^st/g],
    ['a function', (message: Message) => message.type === 'text' && message.content === 'stop'],
  ];
  const stops = kinds.flatMap(([kind, by]) => [
    { kind, by, when: 'before the deadline', at: 1100, shown: '走。'.repeat(5), late: [] },
    { kind, by, when: 'after it', at: 10_000, shown: '走。'.repeat(21), late: ['走。'.repeat(22)] },
  ]);
  it.each(stops)('as $kind stops the stream, and is answered at once: $when', async (stop) => {
    const { router, seen } = endless();
    const { say, texts, levels } = setUp(router, { interruptBy: stop.by });
    const going = say();
    await advance(stop.at);
    const stopped = say('stop');
    await advance(400);
    expect([await going, await stopped]).toMatchObject([
      { shown: stop.shown },
      { shown: 'All right.' },
    ]);
    expect(seen).toEqual({ isAborted: true, hasFinally: true });
    await advance(60_000);
    expect([texts(), levels()]).toEqual([stop.late, []]);
  });

  it.each([
    ['of another user', 'stop', 'another', 'All right.'],
    ['that it does not match', 'wait', OPENID, 'success'],
  ])('does not stop it for a message %s', async (_, content, openid, shown) => {
    const { router, seen } = endless();
    const { say, texts } = setUp(router, { interruptBy: 'stop' });
    void say();
    await advance(10_000);
    const other = say(content, openid);
    await advance(20_000);
    expect((await other).shown).toBe(shown);
    expect(seen.hasFinally).toBe(false);
    expect(texts()).toHaveLength(2);
  });

  it('that throws is a failure like a handler’s, and blocks no other message', async () => {
    const interruptBy = (message: Message) => {
      if (message.type === 'text' && message.content === 'bad') throw new Error('broken');
      return false;
    };
    const { say, levels } = setUp(() => 'hello', { interruptBy });
    expect(['success', 'hello']).toContain((await say('bad')).shown);
    const next = say('good');
    await advance(4500);
    expect([await next, levels()]).toEqual([{ shown: 'hello', after: 0 }, ['error']]);
  });
});

it('whose first words find no client are pushed as soon as the last delivery would be over', async () => {
  const { deliver, texts, times } = setUp(() => chunks('One. ', 20_000, 'Two.'));
  const gone = new AbortController();
  const delivery = plain(ACCOUNT, userMessage('text', { Content: 'a question' }));
  void deliver({ ...delivery, signal: gone.signal } as typeof delivery);
  await advance(4000);
  gone.abort();
  await advance(30_000);
  expect(texts()).toEqual(['One. ', 'Two.']);
  // Not after the 6 s in which another delivery would come.
  expect(times[0]).toBe(DEADLINE + 450);
});

describe('lateReply: drop', () => {
  const silent = async function* (_: Message, { signal }: Exchange): ReplyStream {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    yield '';
  };
  it.each<[string, (seen: ReturnType<typeof endless>) => HandlersLike, string]>([
    ['what was yielded by then is the answer', ({ router }) => router, '走。'.repeat(21)],
    ['it may be nothing', ({ router }) => new Router().text(/^a/, silent).use(router), 'success'],
  ])('stops a stream at the deadline, with a warning: %s', async (_, createHandlers, shown) => {
    const talk = endless();
    const { sayFor, log, levels, sent } = setUp(createHandlers(talk), { lateReply: 'drop' });
    expect([await sayFor(5000), levels(), sent]).toEqual([shown, ['warn'], []]);
    expect(talk.seen).toEqual({ isAborted: shown !== 'success', hasFinally: shown !== 'success' });
    expect(log.text()).not.toContain('走');
  });
});
