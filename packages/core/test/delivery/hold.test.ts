/** Ask again: a late reply that waits for the user's next message. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type Answer,
  createWebhook,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Reply,
  reply,
  type WebhookOptions,
} from '@wechat-mp/core';
import {
  event,
  OPENID,
  plain,
  readAnswer,
  userMessage,
  type WireFields,
} from '../../../../test/support/platform.ts';
import { recorder, after as wait } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };
const WINDOW = 4500;

/** The answers to texts; others take 6 seconds, or are echoed. */
type Answers = Record<string, () => Answer | Promise<Answer>>;

interface Sent {
  Image?: { MediaId: string };
}

/** A bot that holds: 'slow …' takes 6 seconds, all else is echoed at once. */
function setUp(answers: Answers = {}, options: Partial<WebhookOptions> = {}) {
  const log = recorder();
  const handled: string[] = [];
  const webhook = createWebhook(
    {
      ...ACCOUNT,
      logger: log,
      lateReply: 'hold',
      holdKeyword: '继续',
      maxDeliveries: 1,
      ...options,
    },
    (message, { context }): Answer | Promise<Answer> => {
      const content = message.type === 'text' ? message.content : message.type;
      handled.push(content);
      if (content === 'last?') return `${context.get('last') as string}`;
      context.set('last', content);
      const answer = answers[content];
      if (answer) return answer();
      return content.startsWith('slow') ? wait(6000).then(() => `about ${content}`) : `${content}!`;
    },
  );
  /** Delivers once; gives what the user sees: the text, or the media id, or `success`. */
  async function deliver(fields: WireFields, signal?: AbortSignal): Promise<string> {
    const delivery = plain(ACCOUNT, fields);
    const { status, headers, body } = await webhook.handle({ ...delivery, signal });
    const answer = { status, contentType: headers['content-type'], body };
    const read = readAnswer(ACCOUNT, delivery, answer, fields['FromUserName'] as string);
    if (read === 'success') return read;
    const { Content, Image, MsgType } = read as Partial<Record<string, string>> & Sent;
    return Image?.MediaId ?? Content ?? `${MsgType}`;
  }
  const say = (Content: string, FromUserName = OPENID) =>
    deliver(userMessage('text', { Content, FromUserName }));
  /** Says something that is answered late, and waits until that is held. */
  async function sayLate(content = 'slow', openid = OPENID): Promise<void> {
    const shown = say(content, openid);
    await jest.advanceTimersByTimeAsync(WINDOW);
    expect(await shown).toBe('success');
    await jest.advanceTimersByTimeAsync(6000 - WINDOW);
  }
  const levels = () => log.lines.map(({ level }) => level).filter((level) => level !== 'info');
  return { deliver, handled, levels, log, say, sayLate };
}
/** Whatever it takes, in steps that let all else happen. */
async function after<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  await jest.advanceTimersByTimeAsync(milliseconds);
  return work;
}

describe('a late reply that is held goes out with the user’s next message', () => {
  it('before the answer to it: two texts are one, with an empty line between them', async () => {
    const { say, sayLate, handled, levels } = setUp();
    await sayLate();
    expect(await say('hello')).toBe('about slow\n\nhello!');
    expect(await say('hello again')).toBe('hello again!');
    expect(handled).toEqual(['slow', 'hello', 'hello again']);
    expect(levels()).toEqual([]);
  });

  it.each<[string, WireFields, string]>([
    ['an image', userMessage('image', { PicUrl: 'u', MediaId: 'm' }), 'about slow\n\nimage!'],
    ['a tap on the menu', event('CLICK', { EventKey: 'A' }), 'about slow\n\nevent:click!'],
  ])('of any kind: %s', async (_, fields, shown) => {
    const { deliver, sayLate } = setUp();
    await sayLate();
    expect(await deliver(fields)).toBe(shown);
  });

  it('alone, when there is nothing to answer to that', async () => {
    const { say, sayLate } = setUp({ thanks: () => null });
    await sayLate();
    expect(await say('thanks')).toBe('about slow');
  });

  it('and not with the message of another user', async () => {
    const { say, sayLate } = setUp();
    await sayLate();
    expect(await say('hello', 'another')).toBe('hello!');
    expect(await say('继续', 'another')).toBe('继续!');
    expect(await say('hello')).toBe('about slow\n\nhello!');
  });

  it('at once, when that waits for its turn already: the user need not ask again', async () => {
    const { say } = setUp();
    const slow = say('slow');
    await jest.advanceTimersByTimeAsync(3000);
    const next = say('继续');
    expect(await after(1500, slow)).toBe('success');
    expect(await after(1500, next)).toBe('about slow');
  });

  it('together with all that are held, the oldest first', async () => {
    const { say } = setUp();
    void say('slow 1');
    void say('slow 2');
    await jest.advanceTimersByTimeAsync(20_000);
    expect(await say('hello')).toBe('about slow 1\n\nabout slow 2\n\nhello!');
  });
});

describe('the keyword', () => {
  it.each(['继续', ' 继续\n'])('%j gets the held reply and nothing else', async (keyword) => {
    const { say, sayLate, handled } = setUp();
    await sayLate();
    expect(await say(keyword)).toBe('about slow');
    expect(handled).toEqual(['slow']);
    // Nothing is held any more.
    expect(await say(keyword)).toBe(`${keyword}!`);
  });

  it('is a message like any other when nothing is held', async () => {
    const { say, handled } = setUp();
    expect(await say('继续')).toBe('继续!');
    expect(handled).toEqual(['继续']);
  });

  it('is a message like any other when it is not the option', async () => {
    const { say, sayLate } = setUp({}, { holdKeyword: undefined });
    await sayLate();
    expect(await say('继续')).toBe('about slow\n\n继续!');
  });
});

describe('holdAge', () => {
  it.each<[number | undefined, number, string]>([
    [undefined, 599_999, 'about slow\n\nhello!'],
    [undefined, 600_000, 'hello!'],
    [60, 59_999, 'about slow\n\nhello!'],
    [60, 60_000, 'hello!'],
  ])('of %s seconds: after %d ms the user sees %j', async (holdAge, milliseconds, shown) => {
    const { say, sayLate } = setUp({}, { holdAge });
    await sayLate();
    await jest.advanceTimersByTimeAsync(milliseconds);
    expect(await say('hello')).toBe(shown);
  });
});

describe('a reply that is not a text is sent alone, and the displaced one waits for the next message', () => {
  const late = (answer: Answer) => () => wait(6000).then(() => answer);
  it.each<[string, Reply, string[]]>([
    ['an image', reply.image('m1'), ['m1', 'one!\n\ntwo!', 'three!']],
    ['news', reply.news([{ title: 'a' }]), ['news', 'one!\n\ntwo!', 'three!']],
  ])('held: %s', async (_, held, shown) => {
    const { say, sayLate, levels } = setUp({ question: late(held) });
    await sayLate('question');
    for (const [index, content] of ['one', 'two', 'three'].entries()) {
      expect(await say(content)).toBe(shown[index]);
    }
    expect(levels()).toEqual([]);
  });

  it('as the answer: the held text goes out first', async () => {
    const { say, sayLate } = setUp({ picture: () => reply.image('m1') });
    await sayLate();
    expect(await say('picture')).toBe('about slow');
    expect(await say('继续')).toBe('m1');
    expect(await say('three')).toBe('three!');
  });

  it('nor is anything lost of texts that are too long together', async () => {
    const long = (word: string) => `${word}，我们去公园走走吧。`.repeat(40);
    const { say, sayLate } = setUp({ one: late(long('早上')), two: () => long('晚上') });
    await sayLate('one');
    const shown = [await say('two'), await say('继续')];
    expect(shown.filter((text) => Buffer.byteLength(text) > 2048)).toEqual([]);
    expect(shown.join('')).toBe(`${long('早上')}\n\n${long('晚上')}`);
  });
});

describe('a held reply is not lost', () => {
  const fail = () => {
    throw new Error('broken');
  };
  async function* streamThatFails(): AsyncGenerator<string> {
    yield 'I think';
    fail();
  }
  const failing: [string, () => Answer | Promise<Answer>, Partial<WebhookOptions>][] = [
    ['throws', fail, {}],
    ['rejects', async () => fail(), {}],
    ['returns what is no reply', () => 42 as never, {}],
    ['is a stream that fails', streamThatFails, {}],
    ['does not end within maxRun', () => new Promise(() => {}), { maxRun: 1500 }],
  ];
  const next = failing.flatMap(([name, handler, options]) => [
    [`${name}, and nothing answers`, handler, options] as const,
    [`${name}, and onError answers`, handler, { ...options, onError: () => 'Sorry.' }] as const,
  ]);
  it.each(next)('when the handler of the next message %s', async (_, handler, options) => {
    const question = () => wait(1000).then(() => 'about it');
    const given = { ...options, replyWindow: 900 };
    const { say, levels, handled } = setUp({ next: handler, question }, given);
    expect(await after(1100, say('question'))).toBe('success');
    const shown = `${await after(3000, say('next'))} ${await say('last?')}`;
    expect(handled).toEqual(['question', 'next', 'last?']);
    const said = handler === streamThatFails ? 'I think ' : '';
    const sorry = options.onError ? 'Sorry. ' : '';
    expect(shown.replaceAll(/\s+/g, ' ')).toBe(`about it ${said}${sorry}question`);
    // A failure that onError answers is its to tell.
    expect(levels()).toEqual(options.onError ? [] : ['error']);
  });

  it('when maxRun is over before the last window, and onError answers', async () => {
    const endless = () => new Promise<Answer>(() => {});
    const options = { maxDeliveries: 3 as const, maxRun: 3000, onError: () => 'Sorry.' };
    const { say } = setUp({ long: () => '字'.repeat(900), next: endless }, options);
    const first = await say('long');
    expect(await after(4000, say('next'))).toBe(`${'字'.repeat(900 - first.length)}\n\nSorry.`);
  });

  it('when the next delivery runs the message again (retryOnError)', async () => {
    let runs = 0;
    const once = () => {
      runs += 1;
      return runs === 1 ? new Promise<Answer>(() => {}) : 'about next';
    };
    const options = { maxDeliveries: 3 as const, maxRun: 3000, retryOnError: true };
    const { deliver, say } = setUp({ long: () => '字'.repeat(900), next: once }, options);
    const first = await say('long');
    const fields = userMessage('text', { Content: 'next' });
    const gone = new AbortController();
    void deliver(fields, gone.signal);
    await jest.advanceTimersByTimeAsync(5000);
    gone.abort();
    const left = '字'.repeat(900 - first.length);
    expect(await after(4000, deliver(fields))).toBe(`${left}\n\nabout next`);
    expect(runs).toBe(2);
  });

  it('when the context cannot be saved, and onError answers', async () => {
    class Contexts extends MemoryContextStore {
      isAway = false;
      override async save(...given: Parameters<MemoryContextStore['save']>) {
        if (this.isAway) throw new Error('away');
        return super.save(...given);
      }
    }
    const contexts = new Contexts();
    const { say, sayLate } = setUp({}, { contexts, onError: () => 'Sorry.' });
    await sayLate();
    contexts.isAway = true;
    expect(await after(1000, say('next'))).toBe('about slow\n\nSorry.');
  });

  it('when another run answers the message, as its own was taken for dead', async () => {
    let isLost = false;
    class Lost extends MemoryDeliveryStore {
      override async finish(...[id, finish]: Parameters<MemoryDeliveryStore['finish']>) {
        if (isLost) {
          isLost = false;
          const other = { owner: 'other', attempt: 0, expired: finish.owner };
          await super.claim(id, { ...other, lease: 1000, body: '' });
          await super.finish(id, { ...finish, ...other, answering: 0 });
        }
        return super.finish(id, finish);
      }
    }
    const { say, sayLate } = setUp({}, { deliveries: new Lost() });
    await sayLate();
    isLost = true;
    await after(5000, say('next'));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await say('继续')).toContain('about slow');
  });

  it('when the keyword of interruptBy comes, nor is the one answer of its handler', async () => {
    const { say, sayLate } = setUp({}, { interruptBy: '停', ordering: 'parallel' });
    await sayLate();
    const next = say('slow too');
    await jest.advanceTimersByTimeAsync(1000);
    await after(1000, say('停'));
    expect(await after(WINDOW, next)).toBe('about slow');
    await jest.advanceTimersByTimeAsync(6000);
    expect(await say('继续')).toBe('about slow too');
  });

  it('nor overtaken: what follows one is held again before the next message asks for it', async () => {
    class Slow extends MemoryDeliveryStore {
      override async hold(...given: Parameters<MemoryDeliveryStore['hold']>) {
        await wait(300);
        return super.hold(...given);
      }
    }
    const deliveries = new Slow();
    const { say } = setUp({}, { deliveries, contexts: new MemoryContextStore() });
    const user = { account: 'default', openid: OPENID };
    const images = ['m0', 'm1', 'm2'].map((mediaId) => JSON.stringify(reply.image(mediaId)));
    const holding = Promise.all(images.map((image) => deliveries.hold(user, image, 60_000)));
    await after(300, holding);
    const asked = ['hello', '继续', '继续', '继续', '继续'].map((content) => say(content));
    await jest.advanceTimersByTimeAsync(4000);
    expect(await Promise.all(asked)).toEqual(['m0', 'm1', 'm2', 'hello!', '继续!']);
  });

  it('when the store cannot keep it: onUndelivered gets it', async () => {
    class FullStore extends MemoryDeliveryStore {
      override hold = () => Promise.reject(new Error('full'));
    }
    const onUndelivered = jest.fn<(error: Error) => void>();
    const { sayLate, say } = setUp({}, { deliveries: new FullStore(), onUndelivered });
    await sayLate();
    expect(onUndelivered.mock.calls).toHaveLength(1);
    expect(onUndelivered.mock.calls[0]?.[0]).toMatchObject({
      reply: reply.text('about slow'),
      cause: { message: 'the delivery store failed: full' },
    });
    expect(await say('hello')).toBe('hello!');
  });
});

describe('when the next message is slow too', () => {
  it('the held reply goes out before its last window closes, and its own answer is held', async () => {
    const { say, sayLate, levels } = setUp();
    await sayLate();
    const next = say('slow again');
    const seen = jest.fn();
    void next.then(seen);
    await jest.advanceTimersByTimeAsync(4200);
    expect(seen).not.toHaveBeenCalled();
    expect(await after(WINDOW - 4200, next)).toBe('about slow');
    await jest.advanceTimersByTimeAsync(6000 - WINDOW);
    expect(await say('继续')).toBe('about slow again');
    expect(await say('hello')).toBe('hello!');
    expect(levels()).toEqual([]);
  });

  it('and is delivered three times, the held reply goes out in the third', async () => {
    const slow = (text: string) => () => wait(16_000).then(() => text);
    const { deliver, say } = setUp(
      { one: slow('about one'), two: slow('about two') },
      { maxDeliveries: 3 },
    );
    async function knock(Content: string): Promise<(string | undefined)[]> {
      const fields = userMessage('text', { Content });
      const seen: (string | undefined)[] = [];
      while (seen.length < 3 && !seen.at(-1)) {
        const gone = new AbortController();
        setTimeout(() => gone.abort(), 5000);
        const shown = await deliver(fields, gone.signal);
        seen.push(gone.signal.aborted ? undefined : shown);
      }
      return seen;
    }
    expect(await after(16_000, knock('one'))).toEqual([undefined, undefined, 'success']);
    expect(await after(16_000, knock('two'))).toEqual([undefined, undefined, 'about one']);
    expect(await say('hello')).toBe('about two\n\nhello!');
  });
});

describe('all of what is held goes out, also when the next message', () => {
  const held = '您的包裹星期一送到。取件码是4711';
  const never = () => new Promise<never>(() => {});

  it('is not answered within maxRun', async () => {
    const { say, sayLate } = setUp(
      { parcel: () => wait(6000).then(() => held), ask: never },
      { maxRun: 20_000 },
    );
    await sayLate('parcel');
    const seen = [await after(WINDOW, say('ask'))];
    await jest.advanceTimersByTimeAsync(60_000);
    seen.push(await after(WINDOW, say('继续')));
    expect(seen.join('')).toBe(held);
  });

  it('is interrupted', async () => {
    async function* talk() {
      await never();
      yield 'never';
    }
    const { say, sayLate } = setUp(
      { parcel: () => wait(6000).then(() => held), ask: talk },
      { interruptBy: '停' },
    );
    await sayLate('parcel');
    const seen = [await after(WINDOW, say('ask'))];
    const stop = say('停');
    await jest.advanceTimersByTimeAsync(60_000);
    seen.push(await stop, await after(WINDOW, say('继续')));
    expect(
      seen
        .join('')
        .replace('停!', '')
        .replace(/\n|继续!/g, ''),
    ).toBe(held);
  });
});

it('onError is asked once for a message that exceeds maxRun with a held reply before it, and then fails', async () => {
  const onError = jest.fn(() => 'sorry');
  const fail = () =>
    wait(25_000).then(() => {
      throw new Error('stopped');
    });
  const { say, sayLate } = setUp({ fail }, { maxRun: 20_000, onError });
  await sayLate();
  expect(await after(WINDOW, say('fail'))).toBe('about slow');
  await jest.advanceTimersByTimeAsync(60_000);
  expect(onError).toHaveBeenCalledTimes(1);
  expect(await after(WINDOW, say('继续'))).toBe('sorry');
});

/** Stores of which one holds slowly. */
function createRemote() {
  class Remote extends MemoryDeliveryStore {
    override async hold(...given: Parameters<MemoryDeliveryStore['hold']>) {
      await wait(100);
      return super.hold(...given);
    }
  }
  return { deliveries: new Remote(), contexts: new MemoryContextStore() };
}

it('the late replies of a stream are held in their order before the next message is let in', async () => {
  async function* talk() {
    await wait(5000);
    yield '一。';
    yield reply.image('IMAGE 1');
    yield '二。';
    yield reply.image('IMAGE 2');
    yield '三。';
  }
  const { say } = setUp({ talk }, createRemote());
  void say('talk');
  await jest.advanceTimersByTimeAsync(WINDOW);
  const next = say('next');
  await jest.advanceTimersByTimeAsync(2000);
  const seen = [await next];
  while (seen.length < 5) seen.push(await after(WINDOW, say('继续')));
  expect(seen).toEqual(['一。', 'IMAGE 1', '二。', 'IMAGE 2', '三。\n\nnext!']);
});

it('the rest of a long text is held before the next message is let in', async () => {
  const long = ['一', '二'].map((word) => `${word.repeat(599)}。`).join('');
  const { say } = setUp({ long: () => wait(100).then(() => long) }, createRemote());
  const first = say('long');
  await jest.advanceTimersByTimeAsync(10);
  const second = say('next');
  await jest.advanceTimersByTimeAsync(1000);
  expect(await first).toBe(long.slice(0, 600));
  expect(await second).toBe(`${long.slice(600)}\n\nnext!`);
});
