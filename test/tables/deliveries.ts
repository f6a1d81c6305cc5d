/** Requests of WeChat and of others, and the expected answers, on every framework. */
import { STATUS_CODES } from 'node:http';
import { expect } from '@jest/globals';
import type { HttpAnswer, Sent } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { accounts } from './echo-bot.ts';

export { accounts, handlers } from './echo-bot.ts';

/** Everything that a log must never hold. */
export const secrets: readonly string[] = [
  ...Object.values(accounts).map(({ token }) => token),
  accounts.safe.encodingAESKey,
];

/** `not ours`: goes on to the app where the framework can do that, else 401. */
export type Expected =
  | { echo: string }
  | { reply: platform.Fields }
  | { json: Record<string, string> }
  | 'success'
  | 'not ours'
  | number;

export interface Case {
  readonly name: string;
  readonly to: keyof typeof accounts;
  readonly sent: () => Sent;
  readonly expected: Expected;
}

export const text = (Content: string): platform.WireFields =>
  platform.userMessage('text', { Content });

export const saying = (Content: string): Expected => ({ reply: { MsgType: 'text', Content } });

/** Checks an answer. `passesOn`: the framework lets an app answer what is not WeChat's. */
export function expectAnswer(
  { to, expected }: Case,
  sent: Sent,
  answer: HttpAnswer,
  passesOn: boolean,
) {
  expect('polluted' in {}).toBe(false);
  if (expected === 'not ours' && passesOn) {
    expect(answer.status).toBe(404);
    return;
  }
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  if (typeof expected === 'object' && 'reply' in expected) {
    const encrypt_type = sent.query['msg_signature'] ? 'aes' : 'raw';
    const delivery = { method: 'POST', query: { encrypt_type } } as const;
    const read = platform.readAnswer(accounts[to], delivery, answer);
    expect(read).toMatchObject(expected.reply);
  } else if (typeof expected === 'object' && 'json' in expected) {
    expect(answer).toMatchObject({ status: 200, contentType: 'application/json; charset=utf-8' });
    expect(JSON.parse(answer.body)).toMatchObject(expected.json);
  } else {
    const [status, body] = plainAnswer(expected);
    expect(answer).toMatchObject({ status, contentType: 'text/plain; charset=utf-8', body });
    if (status === 405) expect(answer.headers['allow']).toBe('GET, POST');
  }
}

/** Refusals do not say what was wrong. */
function plainAnswer(expected: Exclude<Expected, { reply: unknown } | { json: unknown }>) {
  if (typeof expected === 'object') return [200, expected.echo];
  if (expected === 'success') return [200, 'success'];
  const status = expected === 'not ours' ? 401 : expected;
  return [status, STATUS_CODES[status]];
}

const messages: readonly (readonly [
  name: string,
  fields: platform.WireFields,
  expected: Expected,
])[] = [
  ['text', text(' 你好 😀 <b>&amp;]]> 007'), saying('You said:  你好 😀 <b>&amp;]]> 007')],
  ['text without content', text(''), 'success'],
  [
    'image',
    platform.userMessage('image', { PicUrl: 'http://mmbiz.qpic.cn/a?b=1&c=2', MediaId: 'media_1' }),
    { reply: { MsgType: 'image', Image: { MediaId: 'media_1' } } },
  ],
  [
    'location',
    platform.userMessage('location', {
      Location_X: 23.134521,
      Location_Y: 113.358803,
      Scale: 20,
      Label: '广州市 天河区',
    }),
    saying('23.134521 / 113.358803 广州市 天河区'),
  ],
  [
    'subscribe by QR code',
    platform.event('subscribe', { EventKey: 'qrscene_poster', Ticket: 'TICKET' }),
    saying('Welcome from poster'),
  ],
  [
    'click',
    platform.event('CLICK', { EventKey: 'ABOUT' }),
    {
      reply: {
        MsgType: 'news',
        ArticleCount: '1',
        Articles: { item: [{ Title: 'About ABOUT', Url: 'https://example.com/?a=1&b=2' }] },
      },
    },
  ],
  ['message of an unknown type', platform.userMessage('hologram'), saying('unknown: "hologram"')],
  ['event of an unknown type', platform.event('teleport'), saying('event:unknown: "teleport"')],
  ['message whose handler throws', text('please throw'), 'success'],
  ['message whose handler rejects', text('please reject'), 'success'],
  ['message whose handler returns a number', text('please return a number'), 'success'],
];

/** The console's other data format. */
const json: Case = {
  name: 'plain: text as JSON',
  to: 'plain',
  sent: () => ({
    ...platform.plain(accounts.plain, JSON.stringify(text('你好'))),
    contentType: 'application/json',
  }),
  expected: { json: { ToUserName: platform.OPENID, MsgType: 'text', Content: 'You said: 你好' } },
};

/** How a delivery is made in each mode. */
export const sending = {
  plain: platform.plain,
  safe: platform.safe,
  compatible: platform.compatible,
};
const modes = ['plain', 'safe', 'compatible'] as const;

/** The platform's requests. */
export const deliveries: readonly Case[] = modes.flatMap((to) => [
  {
    name: `${to}: verification`,
    to,
    sent: () => platform.verification(accounts[to], '4375120948345356249'),
    expected: { echo: '4375120948345356249' },
  },
  {
    name: `${to}: verification whose echostr is markup`,
    to,
    sent: () => platform.verification(accounts[to], '<script>alert(1)</script>'),
    expected: { echo: '<script>alert(1)</script>' },
  },
  ...messages.map(([name, fields, expected]) => ({
    name: `${to}: ${name}`,
    to,
    sent: () => sending[to](accounts[to], fields),
    expected,
  })),
  ...(to === 'plain' ? [json] : []),
]);

/** The delivery that shows that a server still works. */
export const greeting: Case = {
  name: 'a greeting',
  to: 'plain',
  sent: () => platform.plain(accounts.plain, text('hello')),
  expected: saying('You said: hello'),
};
