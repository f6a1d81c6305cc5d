/** The simulator as a library: users, deliveries, verdicts, faults and the clock. */
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createWebhook,
  type HandlersLike,
  MessageCipher,
  messageNames,
  parseMessage,
  type ReplyLike,
  reply,
  sign,
  type WebhookOptions,
} from '@wechat-mp/core';
import { wechat as koaBot } from '@wechat-mp/koa';
import {
  createSimulator,
  type DeliveryRecord,
  type Outcome,
  type SentName,
  type Simulator,
  type SimulatorOptions,
  type User,
} from '@wechat-mp/simulator';
import Koa from 'koa';
import { closeServers, listen } from '../../../test/support/http.ts';

const TOKEN = 'SimulatorToken';
const KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const APPID = 'wx5823bf96d3bd56c7';
const SECRET = { appid: APPID, encodingAESKey: KEY };
const QUIET = { error() {}, warn() {}, info() {}, debug() {} };

const open: Simulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((wechat) => wechat.close()));
  await closeServers();
});

async function start(options: Omit<SimulatorOptions, 'token'> & { token?: string }) {
  const wechat = await createSimulator({ token: TOKEN, ...options });
  open.push(wechat);
  return wechat;
}

/** A simulator whose bot runs in this process. */
function startWith(
  handlers: HandlersLike,
  options: Partial<SimulatorOptions> = {},
  account: Partial<WebhookOptions> = {},
) {
  const { appid, encodingAESKey, mode } = options;
  const target = createWebhook(
    {
      token: TOKEN,
      logger: QUIET,
      ...(appid && { appid }),
      ...(encodingAESKey && { encodingAESKey }),
      ...(mode && { mode }),
      ...account,
    },
    handlers,
  );
  return start({ target, ...options });
}

/** A simulator whose bot is any server. */
async function startAt(listener: RequestListener, options: Partial<SimulatorOptions> = {}) {
  return await start({ target: `${await listen(listener)}/wechat`, ...options });
}

/** Waits until so many tries are over, and no more are. */
function countTries(wechat: Simulator): (count: number) => Promise<void> {
  let over = 0;
  wechat.on(({ type }) => {
    if (type === 'delivery') over += 1;
  });
  return async (count) => {
    while (over < count) await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(count);
  };
}

/** Sends a text that is tried three times, without waiting for the pauses between them. */
async function sendThrice(listener: RequestListener): Promise<Outcome> {
  const wechat = await startAt(listener, { clock: 'virtual' });
  const tries = countTries(wechat);
  const sending = wechat.user('alice').sendText('hi');
  for (const seen of [1, 2]) {
    await tries(seen);
    await wechat.advance(5000);
  }
  return await sending;
}

const shown = ({ verdict, reply: given, problems }: Outcome) => ({
  verdict,
  reply: given,
  problems,
});

describe('what a user sends', () => {
  it('reaches a webhook in this process, and its reply the user', async () => {
    const wechat = await startWith({ text: ({ content }) => `You said: ${content}` });
    const alice = wechat.user('alice');
    const outcome = await alice.sendText('hi');
    expect(shown(outcome)).toEqual({
      verdict: 'reply',
      reply: reply.text('You said: hi'),
      problems: [],
    });
    expect(outcome.deliveries).toHaveLength(1);
    expect(outcome.pushed).toEqual([]);
    expect(alice.received.map(({ via, message }) => [via, message])).toEqual([
      ['reply', reply.text('You said: hi')],
    ]);
  });

  it.each(['plain', 'compatible', 'safe'] as const)(
    'goes over a socket in the %s mode',
    async (mode) => {
      const app = new Koa().use(
        koaBot(
          { token: TOKEN, ...SECRET, mode, path: '/wechat' },
          { text: ({ content }) => content },
        ),
      );
      const target = `${await listen(app.callback())}/wechat`;
      const wechat = await start({ target, ...SECRET, mode });
      expect((await wechat.verify()).problems).toEqual([]);
      const { reply: given, deliveries } = await wechat.user('alice').sendText('你好 😀 ]]> & <b>');
      expect(given).toEqual(reply.text('你好 😀 ]]> & <b>'));
      const [delivery] = deliveries;
      expect(delivery?.request.plain).toContain('<MsgType><![CDATA[text]]></MsgType>');
      expect(delivery?.request.body.includes('Encrypt')).toBe(mode !== 'plain');
      expect(delivery?.response?.plain !== undefined).toBe(mode !== 'plain');
    },
  );

  it.each(
    messageNames.filter(
      (name) => !name.startsWith('component:') && name !== 'unknown' && name !== 'event:unknown',
    ),
  )('may be %s', async (name) => {
    const seen: string[] = [];
    const wechat = await startWith((message) => {
      seen.push(message.type);
      return null;
    });
    const outcome = await wechat.user('alice').send(name as SentName);
    expect([seen, outcome.verdict, outcome.problems]).toEqual([[name], 'nothing', []]);
  });

  it('has what was given to it, and a sample in the other tags', async () => {
    const seen: unknown[] = [];
    const wechat = await startWith((message) => void seen.push(message));
    const alice = wechat.user('alice');
    await alice.sendLocation({ latitude: 39.9, longitude: 116.4, label: ' 北京' });
    await alice.sendImage({ mediaId: 'm1', picUrl: 'http://127.0.0.1/a?b&c' });
    await alice.sendVoice({ recognition: '你好' });
    await alice.sendLink({ title: 'A', url: 'https://example.com' });
    await alice.clickMenu('V1001');
    await alice.send('event:card_pass_check', { CardId: 'c1' });
    await alice.send('event:something_new', { Anything: 1 });
    expect(seen).toMatchObject([
      { type: 'location', location: [39.9, 116.4], label: ' 北京' },
      { type: 'image', mediaId: 'm1', picUrl: 'http://127.0.0.1/a?b&c' },
      { type: 'voice', recognition: '你好', format: 'amr' },
      { type: 'link', title: 'A', url: 'https://example.com' },
      { type: 'event:click', key: 'V1001' },
      { type: 'event:card_pass_check', cardId: 'c1' },
      { type: 'event:unknown', fields: { Event: 'something_new', Anything: '1' } },
    ]);
  });

  it('is refused when it is not a message', async () => {
    const wechat = await startWith(() => null);
    await expect(wechat.user('alice').send('texts' as SentName)).rejects.toThrow(
      'texts is not a message type; use for example text, image or event:click',
    );
  });

  it('has an id of its own each time, larger than a number holds', async () => {
    const ids: string[] = [];
    const wechat = await startWith({ text: ({ id }) => void ids.push(id) });
    await Promise.all(Array.from({ length: 50 }, (_, n) => wechat.user(`u${n}`).sendText('hi')));
    expect(new Set(ids).size).toBe(50);
    expect(ids.every((id) => BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER))).toBe(true);
  });
});

describe('users', () => {
  it('have openids of their own, the same each time', async () => {
    const [first, second] = [await startWith(() => null), await startWith(() => null)];
    expect(first.user('alice')).toBe(first.user('alice'));
    expect(first.user('alice').openid).toBe(second.user('alice').openid);
    expect(first.user('alice').openid).toMatch(/^o[\w-]{27}$/);
    expect(first.user('bob').openid).not.toBe(first.user('alice').openid);
    expect(first.users.map(({ name }) => name)).toEqual(['alice', 'bob']);
  });

  it('may have any name but none', async () => {
    const seen: string[] = [];
    const wechat = await startWith({
      text: ({ source, content }) => {
        seen.push(`${source} ${content}`);
        return 'hi';
      },
    });
    for (const name of ['__proto__', 'constructor', '小明 😀', ' ', 'a'.repeat(10_000)]) {
      const user = wechat.user(name);
      expect((await user.sendText(`I am ${name}`)).reply).toEqual(reply.text('hi'));
      expect(seen).toEqual([`${user.openid} I am ${name}`]);
      seen.splice(0);
    }
    expect(() => wechat.user('')).toThrow('missing name of the user');
  });

  it('follow by a QR code, scan another, and unfollow', async () => {
    const seen: unknown[] = [];
    const wechat = await startWith((message) => void seen.push(message));
    const alice = wechat.user('alice');
    await alice.unsubscribe();
    expect(alice.follows).toBe(false);
    await alice.subscribe({ scene: 123 });
    expect(alice.follows).toBe(true);
    await alice.scan('desk 4');
    await alice.unsubscribe();
    await alice.scan('desk 4');
    expect(seen).toMatchObject([
      { type: 'event:unsubscribe' },
      { type: 'event:subscribe', key: 'qrscene_123', scene: '123' },
      { type: 'event:scan', scene: 'desk 4' },
      { type: 'event:unsubscribe' },
      { type: 'event:subscribe', scene: 'desk 4' },
    ]);
  });
});

describe('who has left', () => {
  it('sees no reply: neither to that, nor to what was asked before', async () => {
    let left: Promise<Outcome> | undefined;
    const wechat = await startWith(({ type }) => {
      if (type === 'text') left = alice.unsubscribe();
      return 'are you there?';
    });
    const alice: User = wechat.user('alice');
    const unseen = {
      verdict: 'nothing',
      reply: undefined,
      problems: ['the reply is not shown: alice does not follow the account any more'],
    };
    expect(await alice.sendText('hi')).toMatchObject(unseen);
    expect(await left).toMatchObject(unseen);
    expect(alice.received).toEqual([]);
  });

  it('can send nothing but what strangers can, until they follow again', async () => {
    const seen: string[] = [];
    const wechat = await startWith(({ type }) => void seen.push(type));
    const alice = wechat.user('alice');
    await alice.unsubscribe();
    await expect(alice.sendText('hi')).rejects.toThrow(
      'alice does not follow the account, and cannot send text: first comes subscribe()',
    );
    await expect(alice.clickMenu('NEWS')).rejects.toThrow('cannot send event:click');
    await alice.send('event:user_get_card');
    await alice.subscribe();
    await alice.sendText('hi');
    expect(seen).toEqual(['event:unsubscribe', 'event:user_get_card', 'event:subscribe', 'text']);
  });
});

describe('what a user typed', () => {
  it.each(['a ]]> b', 'x[y[0]]>1', '<s><![CDATA[ok]]></s>', ']]></Content><MsgId>1</MsgId>'])(
    'stands in the document as it is, and is read to the letter: %j',
    async (content) => {
      for (const mode of ['plain', 'safe'] as const) {
        const secret = mode === 'safe' ? SECRET : {};
        const read: string[] = [];
        const wechat = await startWith(
          { text: (message) => void read.push(message.content) },
          secret,
        );
        const { deliveries } = await wechat.user('alice').sendText(content);
        expect(deliveries[0]?.request.plain).toContain(`<Content><![CDATA[${content}]]></Content>`);
        expect(read).toEqual([content]);
      }
    },
  );
});

describe('a target that is made of the simulator', () => {
  it('has the address of the API, and is used as any other', async () => {
    let asked = '';
    const wechat = await start({
      target: async ({ api }) => {
        asked = api.url;
        return createWebhook({ token: TOKEN, logger: QUIET }, { text: () => 'hi' });
      },
    });
    expect(asked).toBe(wechat.api.url);
    expect((await wechat.user('alice').sendText('hi')).reply).toEqual({
      type: 'text',
      content: 'hi',
    });
  });

  it('may be an address', async () => {
    const address = await listen((_, response) => response.end('success'));
    const wechat = await start({ target: () => `${address}/wechat` });
    expect((await wechat.user('alice').sendText('hi')).verdict).toBe('nothing');
  });

  it.each<[string, () => never, string]>([
    [
      'throws',
      () => {
        throw new Error('no bot today');
      },
      'no bot today',
    ],
    ['gives no address', () => 'localhost:3000' as never, 'target must be an address'],
    ['gives nothing', () => undefined as never, 'missing option `target`'],
  ])('that %s is an error, and the API ends', async (_, target, problem) => {
    let url = '';
    const making = start({
      target: (wechat) => {
        url = wechat.api.url;
        return target();
      },
    });
    await expect(making).rejects.toThrow(problem);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('is not there while it is made', async () => {
    const making = start({
      target: async (wechat) => {
        await wechat.user('alice').sendText('too early');
        return 'http://127.0.0.1:9';
      },
    });
    await expect(making).rejects.toThrow('target() has not returned');
  });
});

describe('the platform tries again', () => {
  it('after 5 seconds, three times in all, the same message each time', async () => {
    const bodies: string[] = [];
    const urls: string[] = [];
    const wechat = await startAt(
      (request) => {
        urls.push(request.url ?? '');
        request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      },
      { clock: 'virtual', ...SECRET, mode: 'safe' },
    );
    const sending = wechat.user('alice').sendText('hi');
    for (let seen = 1; seen <= 3; seen += 1) {
      while (bodies.length < seen) await new Promise((resolve) => setImmediate(resolve));
      await wechat.advance(4999);
      expect(bodies).toHaveLength(seen);
      await wechat.advance(1);
    }
    const { verdict, deliveries, problems } = await sending;
    expect(verdict).toBe('toast');
    expect(deliveries.map(({ attempt, milliseconds }) => [attempt, milliseconds])).toEqual([
      [1, 5000],
      [2, 5000],
      [3, 5000],
    ]);
    expect(problems).toEqual(
      [1, 2, 3].map((n) => `try ${n}: no answer within 5 s: the platform hung up`),
    );
    const messages = deliveries.map(({ request }) => parseMessage(request.plain));
    expect(new Set(messages.map(({ raw }) => raw)).size).toBe(1);
    expect(new Set(urls).size).toBe(3);
    expect(new Set(bodies).size).toBe(3);
  });

  it.each<[string, RequestListener | undefined, RegExp]>([
    ['is refused', undefined, /^try 1: nothing is listening at the target: is the bot running/],
    ['breaks off', (request) => request.destroy(), /^try 1: the bot closed the connection/],
  ])('as late when a connection %s, and says so', async (_, listener, problem) => {
    const address = await listen(listener ?? (() => {}));
    if (!listener) await closeServers();
    const wechat = await start({ target: address, clock: 'virtual' });
    const tries = countTries(wechat);
    const began = wechat.clock.now();
    const sending = wechat.user('alice').sendText('hi');
    await tries(1);
    await wechat.advance(4999);
    await tries(1);
    await wechat.advance(1);
    await tries(2);
    await wechat.advance(5000);
    const { verdict, problems, deliveries } = await sending;
    expect(verdict).toBe('toast');
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(problem);
    expect(deliveries.map(({ startedAt }) => startedAt - began)).toEqual([0, 5000, 10_000]);
  });

  it('and a bot that comes back in the middle answers', async () => {
    let requests = 0;
    const bot: RequestListener = (request, response) => {
      requests += 1;
      if (requests < 3) return void request.destroy();
      response.end('success');
    };
    const { verdict, deliveries } = await sendThrice(bot);
    expect([verdict, deliveries.length]).toEqual(['nothing', 3]);
    expect(deliveries[0]?.problem).toMatch(/^the bot closed the connection/);
  });

  it.each([201, 204, 403, 500, 503])(
    'at once when the status is %i, four times in all, with the same query',
    async (status) => {
      const urls: string[] = [];
      const wechat = await startAt(
        (request, response) => {
          urls.push(`${request.url}`);
          response.writeHead(status).end(status === 204 ? '' : 'success');
        },
        { clock: 'virtual' },
      );
      const { verdict, deliveries, problems } = await wechat.user('alice').sendText('hi');
      expect([verdict, deliveries.length]).toEqual(['toast', 4]);
      expect([urls.length, new Set(urls).size]).toEqual([4, 1]);
      expect(deliveries[3]?.problem).toContain(`the status is ${status}`);
      expect(problems).toEqual([deliveries[3]?.problem]);
    },
  );

  it('and a store that comes back in the middle answers', async () => {
    let requests = 0;
    const wechat = await startAt((_, response) => {
      requests += 1;
      response.writeHead(requests < 4 ? 503 : 200).end('success');
    });
    const { verdict, deliveries, problems } = await wechat.user('alice').sendText('hi');
    expect([verdict, deliveries.length, problems]).toEqual(['nothing', 4, []]);
  });

  it('never more than thrice without an answer, whatever came between', async () => {
    let requests = 0;
    const wechat = await startAt(
      (request, response) => {
        requests += 1;
        if (requests % 2 === 0) return void response.writeHead(500).end();
        request.destroy();
      },
      { clock: 'virtual' },
    );
    const tries = countTries(wechat);
    const sending = wechat.user('alice').sendText('hi');
    for (const seen of [1, 3]) {
      await tries(seen);
      await wechat.advance(5000);
    }
    const { verdict, deliveries } = await sending;
    expect([verdict, deliveries.length, requests]).toEqual(['toast', 5, 5]);
  });

  it('with the same MsgId and CreateTime when a user sends again', async () => {
    const seen: string[] = [];
    const wechat = await startWith(
      { text: ({ id, time }) => void seen.push(`${id} ${time}`) },
      {},
      { maxDeliveries: 1 },
    );
    const alice = wechat.user('alice');
    const { deliveries } = await alice.sendText('hi');
    const again = await alice.again(deliveries[0] as (typeof deliveries)[0]);
    // The window answers the second one without a second run.
    expect(seen).toHaveLength(1);
    expect(parseMessage(`${again.deliveries[0]?.request.plain}`).raw).toBe(
      parseMessage(`${deliveries[0]?.request.plain}`).raw,
    );
  });
});

/** The problems of an answer in safe mode. */
const SAFE_PROBLEMS: Readonly<Record<string, RegExp>> = {
  'Encrypt alone': /MsgSignature is missing/,
  'a signature with another token': /MsgSignature is not that of/,
  'a reply for another appid': /Encrypt: the message was encrypted for another appid/,
  'a reply with another key': /Encrypt: the (padding|length) is wrong/,
};

/** An encrypted reply, made with other secrets than the account's. */
function seal(
  other: { appid?: string; encodingAESKey?: string },
  message = '<xml><a>1</a></xml>',
  timestamp = Math.floor(Date.now() / 1000),
): string {
  const cipher = new MessageCipher({ token: TOKEN, ...SECRET, ...other });
  const encrypt = cipher.encrypt(message);
  const signature = cipher.sign(timestamp, 'nonce', encrypt);
  return `<xml><Encrypt>${encrypt}</Encrypt><MsgSignature>${signature}</MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce>nonce</Nonce></xml>`;
}

describe('an answer is judged', () => {
  const to = (openid: string, parts: string, time = Math.floor(Date.now() / 1000)) =>
    `<xml><ToUserName>${openid}</ToUserName><FromUserName>gh_97417a04a28d</FromUserName><CreateTime>${time}</CreateTime>${parts}</xml>`;
  const text = '<MsgType>text</MsgType><Content>hi</Content>';

  it.each<[string, string, (openid: string) => string]>([
    ['JSON', 'it is JSON', () => '{"content":"hi"}'],
    ['a text', 'neither XML, nor success, nor empty', () => 'hello'],
    ['a web page', 'it is a web page (HTML)', () => '<!DOCTYPE html><html></html>'],
    ['what is cut off', 'not well-formed XML', (openid) => to(openid, text).slice(0, -9)],
    ['another root', 'its root is not <xml>', () => '<reply><a>1</a></reply>'],
    ['no MsgType', 'MsgType is missing', (openid) => to(openid, '')],
    [
      'a type nobody knows',
      'MsgType texts is not known',
      (openid) => to(openid, '<MsgType>texts</MsgType>'),
    ],
    [
      'no content',
      'Content is missing or empty',
      (openid) => to(openid, '<MsgType>text</MsgType>'),
    ],
    ['no Image', 'Image is missing', (openid) => to(openid, '<MsgType>image</MsgType>')],
    [
      'no MediaId',
      'MediaId is missing or empty',
      (openid) => to(openid, '<MsgType>voice</MsgType><Voice><A>1</A></Voice>'),
    ],
    [
      'blanks for content',
      'Content is missing or empty',
      (openid) => to(openid, '<MsgType>text</MsgType><Content> \n</Content>'),
    ],
    [
      'an empty ThumbMediaId',
      'ThumbMediaId is empty',
      (openid) =>
        to(openid, '<MsgType>music</MsgType><Music><ThumbMediaId></ThumbMediaId></Music>'),
    ],
    ['a stranger', 'ToUserName is not the openid of the sender', () => to('o1', text)],
    [
      'no article',
      'Articles has no item',
      (openid) =>
        to(openid, '<MsgType>news</MsgType><ArticleCount>0</ArticleCount><Articles></Articles>'),
    ],
    [
      'an encrypted one in the plain mode',
      'though the mode is plain',
      () => '<xml><Encrypt>a</Encrypt></xml>',
    ],
  ])('%s: a toast', async (_, problem, write) => {
    const alice: { openid?: string } = {};
    const wechat = await startAt((__, response) => response.end(write(`${alice.openid}`)));
    alice.openid = wechat.user('alice').openid;
    const outcome = await wechat.user('alice').sendText('hi');
    expect(outcome.verdict).toBe('toast');
    expect(outcome.problems.join('\n')).toContain(problem);
    // An answer that is wrong is an answer: it is not asked for again.
    expect(outcome.deliveries).toHaveLength(1);
  });

  it.each<[string, string, (openid: string) => string]>([
    ['milliseconds', 'CreateTime is in milliseconds', (openid) => to(openid, text, Date.now())],
    ['no time', 'CreateTime is not a time', (openid) => to(openid, text, Number.NaN)],
    ['a time of long ago', 'more than a day from now', (openid) => to(openid, text, 1_000_000_000)],
    ['a DOCTYPE', 'it has a DOCTYPE', (openid) => `<!DOCTYPE xml>${to(openid, text)}`],
    [
      'a DOCTYPE with entities',
      'it has a DOCTYPE',
      (openid) => `<!DOCTYPE xml [<!ENTITY a "b">]>${to(openid, text)}`,
    ],
    [
      'a wrong count',
      'ArticleCount is 2, but there are 1 items',
      (openid) =>
        to(
          openid,
          '<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles><item><Title>a</Title></item></Articles>',
        ),
    ],
    [
      'no DeviceID',
      'DeviceID is missing or empty',
      (openid) =>
        to(
          openid,
          '<MsgType>device_status</MsgType><DeviceType>a</DeviceType><DeviceStatus>1</DeviceStatus>',
        ),
    ],
  ])('%s: the reply shows, and a hint', async (_, problem, write) => {
    const wechat = await startAt((__, response) => {
      response.end(write(wechat.user('alice').openid));
    });
    const { verdict, reply: shown, problems } = await wechat.user('alice').sendText('hi');
    expect([verdict, problems]).toEqual(['reply', [expect.stringContaining(problem)]]);
    expect(shown).toBeDefined();
  });

  it.each(['success\n', ' success', '\n', '\r\n '])('%j says nothing, and a hint', async (body) => {
    const wechat = await startAt((_, response) => response.end(body));
    const { verdict, problems } = await wechat.user('alice').sendText('hi');
    expect([verdict, problems]).toEqual(['nothing', [expect.stringContaining('blanks')]]);
  });

  it('names that are not swapped: a toast that says so', async () => {
    const wechat = await startAt((_, response) => {
      const { openid } = wechat.user('alice');
      response.end(
        to('gh_97417a04a28d', text).replace('>gh_97417a04a28d</From', `>${openid}</From`),
      );
    });
    const { problems } = await wechat.user('alice').sendText('hi');
    expect(problems).toEqual([expect.stringContaining('are not swapped')]);
  });

  it.each([
    [302, 'a redirect to /elsewhere; the platform does not follow redirects'],
    [401, 'the status is 401: is the token'],
    [403, 'a protection against CSRF'],
    [419, 'the status is 419: a protection against CSRF'],
    [404, 'is the path of the target right'],
    [500, 'the status is 500, not 200'],
  ])('status %i: a toast that says what it may mean', async (status, problem) => {
    const wechat = await startAt((_, response) => {
      response.writeHead(status, { location: '/elsewhere?token=1' }).end('success');
    });
    const { verdict, problems } = await wechat.user('alice').sendText('hi');
    expect(verdict).toBe('toast');
    expect(problems[0]).toContain(problem);
  });

  it.each<[string, () => string]>([
    ['Encrypt alone', () => '<xml><Encrypt>a</Encrypt></xml>'],
    [
      'a signature with another token',
      () =>
        `<xml><Encrypt>YQ==</Encrypt><MsgSignature>${sign({ token: 'other', timestamp: '1', nonce: '2', encrypt: 'YQ==' })}</MsgSignature><TimeStamp>1</TimeStamp><Nonce>2</Nonce></xml>`,
    ],
    ['a reply for another appid', () => seal({ appid: 'wx0000000000000000' })],
    ['a reply with another key', () => seal({ encodingAESKey: KEY.toLowerCase() })],
  ])('in the safe mode %s: a toast', async (name, write) => {
    const wechat = await startAt((_, response) => response.end(write()), SECRET);
    const { verdict, problems } = await wechat.user('alice').sendText('hi');
    expect(verdict).toBe('toast');
    expect(problems).toEqual([expect.stringMatching(SAFE_PROBLEMS[name] as RegExp)]);
  });

  it.each<[string, (openid: string) => string, RegExp]>([
    ['a plain reply', (openid) => to(openid, text), /not encrypted, though the mode is safe/],
    [
      'a TimeStamp in milliseconds',
      (openid) => seal({}, to(openid, text), Date.now()),
      /TimeStamp is in milliseconds/,
    ],
    ['a TimeStamp of 1970', (openid) => seal({}, to(openid, text), 1), /TimeStamp is not the time/],
  ])('in the safe mode %s: the reply shows, and a hint', async (_, write, problem) => {
    const wechat = await startAt((__, response) => {
      response.end(write(wechat.user('alice').openid));
    }, SECRET);
    const { verdict, problems } = await wechat.user('alice').sendText('hi');
    expect([verdict, problems]).toEqual(['reply', [expect.stringMatching(problem)]]);
  });

  it('articles that do not show are reported, and cut', async () => {
    const articles = Array.from({ length: 3 }, (_, n) => ({ title: `${n}` }));
    const xml = (openid: string) =>
      to(
        openid,
        `<MsgType>news</MsgType><ArticleCount>3</ArticleCount><Articles>${articles
          .map(({ title }) => `<item><Title>${title}</Title></item>`)
          .join('')}</Articles>`,
      );
    const wechat = await startAt((_, response) => response.end(xml(wechat.user('alice').openid)));
    const { reply: one, problems } = await wechat.user('alice').sendText('hi');
    expect(one).toMatchObject({ type: 'news', articles: [{ title: '0' }] });
    expect(problems).toEqual(['only 1 of 3 articles shows in answer to a message of type text']);
    const { reply: all } = await wechat.user('alice').clickMenu('NEWS');
    expect(all).toMatchObject({ articles: [{}, {}, {}] });
  });

  it.each<[string, ReplyLike]>([
    ['image', reply.image('m')],
    ['voice', reply.voice('m')],
    ['video', reply.video('m', { title: 't', description: 'd' })],
    ['music', reply.music('https://e.com/a.mp3', { title: 't' })],
    ['news', reply.news([{ title: 't', description: 'd', picUrl: 'http://e/p', url: 'http://e' }])],
    ['transfer', reply.transferToCustomerService('test1@test')],
    ['transfer to AI', reply.transferToAI()],
  ])('every reply of the library is right: %s', async (_, given) => {
    for (const mode of ['plain', 'safe'] as const) {
      const wechat = await startWith(() => given, { ...SECRET, mode });
      const outcome = await wechat.user('alice').sendText('hi');
      expect([outcome.verdict, outcome.problems]).toEqual(['reply', []]);
      expect(outcome.reply).toMatchObject(given as object);
    }
  });
});

describe('faults', () => {
  it('drop: tries are lost on the way', async () => {
    let runs = 0;
    const wechat = await startWith(
      () => {
        runs += 1;
        return 'hi';
      },
      { faults: { drop: 2 }, clock: 'virtual' },
    );
    const sending = wechat.user('alice').sendText('hi');
    await wechat.advance(10_000);
    const { verdict, deliveries } = await sending;
    expect([verdict, deliveries.length, runs]).toEqual(['reply', 3, 1]);
    expect(deliveries[0]?.problem).toBe('lost on the way (a fault of the simulator)');
    expect((await wechat.user('alice').sendText('hi')).deliveries).toHaveLength(1);
  });

  it('delay: they arrive later, and the platform does not wait longer', async () => {
    const wechat = await startWith(() => 'hi', { clock: 'virtual', faults: { delay: 6000 } });
    const sending = wechat.user('alice').sendText('hi');
    await wechat.advance(15_000);
    expect((await sending).verdict).toBe('toast');
    wechat.faults = { delay: 2000 };
    const second = wechat.user('alice').sendText('hi');
    await wechat.advance(2000);
    expect((await second).deliveries).toMatchObject([{ milliseconds: 2000, problem: undefined }]);
  });

  it('duplicate: each try arrives more than once, and is handled once', async () => {
    let runs = 0;
    const wechat = await startWith(
      () => {
        runs += 1;
        return 'hi';
      },
      { faults: { duplicate: 3 } },
    );
    const arrived: number[] = [];
    wechat.on((event) => {
      if (event.type === 'delivery') arrived.push(event.delivery.attempt);
    });
    expect((await wechat.user('alice').sendText('hi')).verdict).toBe('reply');
    while (arrived.length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect([runs, arrived]).toEqual([1, [1, 1, 1, 1]]);
  });

  it('reorder: a message is overtaken by the next one', async () => {
    const seen: string[] = [];
    const wechat = await startWith(
      { text: ({ content }) => void seen.push(content) },
      { faults: { reorder: true } },
    );
    const alice = wechat.user('alice');
    await Promise.all(['1', '2', '3', '4'].map((content) => alice.sendText(content)));
    const place = (content: string) => seen.indexOf(content);
    expect(seen).toHaveLength(4);
    expect([place('2') < place('1'), place('4') < place('3')]).toEqual([true, true]);
  });

  it('breakSignature: the bot refuses', async () => {
    const wechat = await startWith(() => 'hi', { faults: { breakSignature: true } });
    expect((await wechat.user('alice').sendText('hi')).problems[0]).toContain('401');
    expect((await wechat.verify()).isRight).toBe(false);
    wechat.faults = {};
    expect((await wechat.verify()).isRight).toBe(true);
  });
});

describe('a target', () => {
  it('that answers without end is not read on', async () => {
    const { problems } = await sendThrice((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 'a');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    expect(problems[0]).toContain('longer than 1 MiB');
  });

  it('that closes the connection in the middle of its answer is reported', async () => {
    const { problems } = await sendThrice((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('<xml>');
      setImmediate(() => response.destroy());
    });
    expect(problems[0]).toContain('in the middle of its answer');
  });

  it.each([
    ['', 'missing option `target`'],
    ['localhost:3000', 'http://localhost:3000/wechat'],
    ['ftp://a', 'http://localhost:3000/wechat'],
  ])('%p is refused', async (target, problem) => {
    await expect(createSimulator({ target, token: TOKEN })).rejects.toThrow(problem);
  });
});

it('an incomplete option is reported at once', async () => {
  const target = 'http://127.0.0.1:1';
  await expect(createSimulator({ target, token: '' })).rejects.toThrow('missing option `token`');
  await expect(createSimulator({ target, token: 't', mode: 'safe' })).rejects.toThrow(
    'missing option `encodingAESKey`',
  );
  await expect(createSimulator({ target, token: 't', encodingAESKey: 'short' })).rejects.toThrow(
    '43',
  );
});

it('sending after the end is an error', async () => {
  const wechat = await startWith(() => 'hi');
  await wechat.close();
  await expect(wechat.user('alice').sendText('hi')).rejects.toThrow('the simulator is closed');
});

it('a listener that fails takes nothing with it', async () => {
  const wechat = await startWith(() => 'hi');
  const errors: unknown[] = [];
  const { error } = console;
  console.error = (...words: unknown[]) => void errors.push(words);
  wechat.on(() => {
    throw new Error('broken');
  });
  expect((await wechat.user('alice').sendText('hi')).verdict).toBe('reply');
  console.error = error;
  expect(errors.length).toBeGreaterThan(0);
});

it('a thousand messages can be sent again, also of those sent at once; older ones cannot', async () => {
  let runs = 0;
  const wechat = await startWith(() => {
    runs += 1;
    return 'hi';
  });
  const users = Array.from({ length: 50 }, (_, n) => wechat.user(`u${n}`));
  const sent: Outcome[] = [];
  for (let batch = 0; batch < 21; batch += 1) {
    sent.push(...(await Promise.all(users.map((user) => user.sendText(`${batch}`)))));
  }
  // Each was run once, and answered in its first delivery.
  expect(runs).toBe(1050);
  expect(new Set(sent.map(({ verdict, deliveries }) => `${verdict} ${deliveries.length}`))).toEqual(
    new Set(['reply 1']),
  );
  const again = (index: number) =>
    (users[index % 50] as User).again(sent[index]?.deliveries[0] as DeliveryRecord);
  expect((await again(50)).verdict).toBe('reply');
  await expect(again(49)).rejects.toThrow('too old');
});

describe('every problem of an answer is one that the library prevents or reports too', () => {
  const articles = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ title: `${n}`, url: 'http://e' }));

  it.each<[string, unknown]>([
    ['two articles in answer to a text', reply.news(articles(2))],
    ['eight articles in answer to a text', articles(8)],
    ['nine articles', reply.news(articles(9))],
    ['no articles', []],
    ['a text of 2049 bytes', 'a'.repeat(2049)],
    ['a text of 4500 bytes', '很'.repeat(1500)],
    ['six tabs', '\t'.repeat(6)],
    ['line feeds', '\n \n'],
    ['success with a line feed', 'success\n'],
    ['an empty text', reply.text('')],
    ['a picture without its id', { type: 'image', mediaId: '' }],
    ['music with an empty picture', { type: 'music', musicUrl: 'http://e', thumbMediaId: '' }],
    ['a type that nobody knows', { type: 'sticker', mediaId: 'm' }],
    ['control characters', 'a\u0002b\u001d'],
    ['the end of a CDATA section', ']]></Content><MsgType>x</MsgType>'],
  ])('%s', async (_, given) => {
    for (const mode of ['plain', 'safe'] as const) {
      const lines: string[] = [];
      const note = (_details: unknown, line?: string) => void lines.push(`${line}`);
      const logger = { error: note, warn: note, info() {}, debug() {} };
      const bot = () => given as ReplyLike;
      const wechat = await startWith(bot, { ...SECRET, mode }, { logger });
      const { problems, deliveries } = await wechat.user('alice').sendText('hi');
      // Nothing is said against an answer; what has none has a line in the log.
      const isAnswered = deliveries.at(-1)?.response?.status === 200;
      expect(isAnswered ? problems : []).toEqual([]);
      expect(isAnswered || lines.length > 0).toBe(true);
    }
  });

  it.each<[string, ReplyLike, RegExp]>([
    ['articles are cut', reply.news(articles(2)), /a news reply had 2 articles/],
    ['an id is empty', reply.image(''), /./],
  ])('the log has a line when %s', async (_, given, line) => {
    const lines: string[] = [];
    const note = (_details: unknown, words?: string) => void lines.push(`${words}`);
    const logger = { error: note, warn: note, info() {}, debug() {} };
    const wechat = await startWith(() => given, {}, { logger });
    await wechat.user('alice').sendText('hi');
    expect(lines.join('\n')).toMatch(line);
  });
});
