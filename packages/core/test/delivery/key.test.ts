/** Which deliveries are of one message, and which are not. */
import { describe, expect, it } from '@jest/globals';
import { createWebhook, MemoryDeliveryStore, type WebhookRequest } from '@wechat-mp/core';
import {
  compatible,
  event,
  plain,
  push,
  pushed,
  readAnswer,
  safe,
  userMessage,
  type WireFields,
} from '../../../../test/support/platform.ts';
import { recorder, SAFE } from '../support.ts';

/** A webhook that numbers its runs, and ends them on demand. */
function setUp() {
  const log = recorder();
  let runs = 0;
  const webhook = createWebhook({ ...SAFE, mode: 'compatible', logger: log }, () => {
    runs += 1;
    return `run ${runs}`;
  });
  return {
    log,
    runs: () => runs,
    send: async (delivery: WebhookRequest & { method: 'POST' | 'GET' }, openid: unknown) => {
      const { status, headers, body } = await webhook.handle(delivery);
      const answer = { status, contentType: headers['content-type'], body };
      return { body, reply: readAnswer(SAFE, delivery as never, answer, String(openid)) };
    },
  };
}

const CREATED = 1_700_000_000;
const text = (fields: WireFields = {}) =>
  userMessage('text', { CreateTime: CREATED, MsgId: '7000', Content: 'hello', ...fields });
const happened = (name: string, fields: WireFields = {}) =>
  event(name, { CreateTime: CREATED, ...fields });

/** Messages that differ in one part, and would be taken for one message without it. */
const collisions: readonly [part: string, when: string, one: WireFields, other: WireFields][] = [
  ['FromUserName', 'two people are given one MsgId', text(), text({ FromUserName: 'o2' })],
  [
    'CreateTime',
    'a button is tapped twice',
    click('A'),
    { ...click('A'), CreateTime: CREATED + 1 },
  ],
  [
    'MsgType',
    'a text and an image share a MsgId',
    text(),
    { ...text({ PicUrl: 'u', MediaId: 'm' }), MsgType: 'image' },
  ],
  [
    'MsgType',
    'an event of a device is called like one of a user',
    happened('bind'),
    { ...happened('bind'), MsgType: 'device_event' },
  ],
  ['Event', 'a scan is also a subscription', happened('subscribe'), happened('SCAN')],
  ['EventKey', 'two buttons are tapped within a second', click('A'), click('B')],
  ['MsgId', 'two texts are written within a second', text(), text({ MsgId: '7001' })],
  ['MsgID', 'two templates were sent within a second', sent('1'), sent('2')],
  ['UserCardCode', 'two cards are taken within a second', card('1'), card('2')],
];

function click(EventKey: string): WireFields {
  return happened('CLICK', { EventKey });
}
function sent(MsgID: string): WireFields {
  return happened('TEMPLATESENDJOBFINISH', { MsgID, Status: 'success' });
}
function card(UserCardCode: string): WireFields {
  return happened('user_get_card', { CardId: 'c', IsGiveByFriend: 0, UserCardCode });
}

describe('two messages that differ only', () => {
  it.each(collisions)('in %s are two runs: %s', async (_, __, one, other) => {
    const { runs, send, log } = setUp();
    const first = await send(plain(SAFE, one), one['FromUserName']);
    const second = await send(plain(SAFE, other), other['FromUserName']);
    expect([first.reply, second.reply]).toMatchObject([{ Content: 'run 1' }, { Content: 'run 2' }]);
    expect(runs()).toBe(2);
    expect(log.lines).toEqual([]);
  });

  it('in ToUserName are two runs: two accounts on one endpoint share a MsgId', async () => {
    let runs = 0;
    const webhook = createWebhook(SAFE.token, () => {
      runs += 1;
    });
    for (const ToUserName of ['gh_1', 'gh_2', 'gh_1']) {
      await webhook.handle(plain(SAFE, text({ ToUserName })));
    }
    expect(runs).toBe(2);
  });

  it('in where one part ends and the next begins are two runs', async () => {
    const { runs, send } = setUp();
    const [one, other] = [
      { EventKey: 'A', UserCardCode: 'BC' },
      { EventKey: 'AB', UserCardCode: 'C' },
    ];
    for (const fields of [one, other]) {
      const message = happened('CLICK', fields);
      await send(plain(SAFE, message), message['FromUserName']);
    }
    expect(runs()).toBe(2);
  });

  it('at the end of a very long part are two runs, and each of them is one', async () => {
    const { runs, send } = setUp();
    for (const end of ['A', 'B', 'A', 'B']) {
      const message = click(`${'很长'.repeat(2000)}${end}`);
      await send(plain(SAFE, message), message['FromUserName']);
    }
    expect(runs()).toBe(2);
  });
});

const messages: [name: string, message: WireFields][] = collisions.flatMap(
  ([part, , one, other]): [string, WireFields][] => [
    [`a ${getName(one)} with its ${part}`, one],
    [`a ${getName(other)} with another ${part}`, other],
  ],
);

function getName(message: WireFields): string {
  const { MsgType, Event } = message as Record<string, string | undefined>;
  return Event ? `${MsgType} ${Event}` : `${MsgType}`;
}

describe.each([
  ['plain', plain],
  ['compatible', compatible],
  ['safe', safe],
] as const)('the same message, %s, delivered again with a signature of its own', (_, encode) => {
  it.each(messages)('is one run, whose reply all get: %s', async (__, message) => {
    const { runs, send, log } = setUp();
    const deliveries = [1, 2, 3].map(() => encode(SAFE, message));
    const answers: { body: string; reply: unknown }[] = [];
    for (const delivery of deliveries) answers.push(await send(delivery, message['FromUserName']));
    expect(new Set(deliveries.map(({ query }) => query['nonce'])).size).toBe(3);
    expect(answers.map(({ reply }) => reply)).toEqual([1, 2, 3].map(() => answers[0]?.reply));
    expect(answers[0]?.reply).toMatchObject({ Content: 'run 1' });
    expect(runs()).toBe(1);
    expect(log.lines).toEqual([]);
    // An encrypted reply is encrypted again, as the platform requires.
    expect(new Set(deliveries.map(({ body }) => body)).size).toBe(encode === plain ? 1 : 3);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(encode === plain ? 1 : 3);
  });

  it('is one run when all deliveries come at once', async () => {
    const { runs, send } = setUp();
    const message = text();
    const answers = await Promise.all(
      [1, 2, 3].map(() => send(encode(SAFE, message), message['FromUserName'])),
    );
    expect(answers.map(({ reply }) => reply)).toMatchObject(
      [1, 2, 3].map(() => ({ Content: 'run 1' })),
    );
    expect(runs()).toBe(1);
  });
});

describe('two deliveries of a message with different bodies', () => {
  it.each([
    ['plain', plain],
    ['safe', safe],
  ] as const)('are answered for the first, with one warning: %s', async (_, encode) => {
    const log = recorder();
    const seen: unknown[] = [];
    const webhook = createWebhook(
      { ...SAFE, mode: 'compatible', logger: log },
      {
        text: ({ content }) => {
          seen.push(content);
          return `You said: ${content}`;
        },
      },
    );
    const read = async (Content: string) => {
      const message = text({ Content });
      const delivery = encode(SAFE, message);
      const { status, headers, body } = await webhook.handle(delivery);
      return readAnswer(SAFE, delivery, { status, contentType: headers['content-type'], body });
    };
    const answers = [await read('the first'), await read('forged'), await read('the first')];
    expect(seen).toEqual(['the first']);
    expect(answers).toEqual(
      [1, 2, 3].map(() => expect.objectContaining({ Content: 'You said: the first' })),
    );
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      details: { message: { type: 'text', id: '7000' } },
    });
    expect(log.text()).not.toMatch(/the first'|forged/);
  });
});

const authorized = (fields: WireFields = {}) =>
  push('authorized', {
    CreateTime: CREATED,
    AuthorizerAppid: 'wx1',
    AuthorizationCode: 'code@@@1',
    PreAuthCode: 'pre@@@1',
    ...fields,
  });
const ticket = (ComponentVerifyTicket: string) =>
  push('component_verify_ticket', { CreateTime: CREATED, ComponentVerifyTicket });
const registered = (fields: WireFields) =>
  push('notify_third_fasteregister', { CreateTime: CREATED, status: 0, ...fields });

const pushes: readonly [part: string, when: string, one: WireFields, other: WireFields][] = [
  [
    'AuthorizerAppid',
    'two accounts give rights',
    authorized(),
    authorized({ AuthorizerAppid: 'wx2' }),
  ],
  [
    'AuthorizerAppid',
    'two accounts take rights back',
    push('unauthorized', { CreateTime: CREATED, AuthorizerAppid: 'wx1' }),
    push('unauthorized', { CreateTime: CREATED, AuthorizerAppid: 'wx2' }),
  ],
  [
    'AuthorizationCode',
    'an account gives rights twice',
    authorized(),
    authorized({ AuthorizationCode: 'code@@@2' }),
  ],
  [
    'InfoType',
    'rights are given and changed',
    authorized(),
    { ...authorized(), InfoType: 'updateauthorized' },
  ],
  ['ComponentVerifyTicket', 'two tickets come', ticket('ticket@@@1'), ticket('ticket@@@2')],
  [
    'CreateTime',
    'a ticket comes again later',
    ticket('t'),
    { ...ticket('t'), CreateTime: CREATED + 1 },
  ],
  ['AppId', 'two platforms share an address', ticket('t'), { ...ticket('t'), AppId: 'wx2' }],
  [
    'appid',
    'two mini programs are made',
    registered({ appid: 'wx1' }),
    registered({ appid: 'wx2' }),
  ],
  [
    'info',
    'two registrations fail',
    registered({ info: { name: 'one' } }),
    registered({ info: { name: 'two' } }),
  ],
  [
    'a part that no table knows',
    'something new happens twice',
    push('brand_new', { CreateTime: CREATED, A: '1' }),
    push('brand_new', { CreateTime: CREATED, A: '2' }),
  ],
];

describe.each([
  ['plain', plain],
  ['encrypted', pushed],
] as const)('a push to a third-party platform, %s', (_, encode) => {
  it.each(pushes)('that differs from another in %s is a run of its own: %s', async (...row) => {
    const [, , one, other] = row;
    const { runs, send, log } = setUpPushes();
    for (const message of [one, other]) await send(encode(SAFE, message));
    expect(runs()).toBe(2);
    expect(log.lines).toEqual([]);
  });

  it.each(pushes)('is one run when it is delivered again: with its %s', async (...row) => {
    const { runs, send, log } = setUpPushes();
    for (let count = 0; count < 3; count += 1) await send(encode(SAFE, row[2]));
    await Promise.all([1, 2].map(() => send(encode(SAFE, row[2]))));
    expect(runs()).toBe(1);
    expect(log.lines).toEqual([]);
  });
});

it('the key of a push names no ticket and no code', async () => {
  const keys: string[] = [];
  class Deliveries extends MemoryDeliveryStore {
    override claim(...given: Parameters<MemoryDeliveryStore['claim']>) {
      keys.push(given[0].key);
      return super.claim(...given);
    }
  }
  const webhook = createWebhook({ ...SAFE, deliveries: new Deliveries() }, () => {});
  await webhook.handle(pushed(SAFE, ticket('ticket@@@1')));
  await webhook.handle(pushed(SAFE, authorized()));
  expect(new Set(keys).size).toBe(2);
  expect(keys.join()).not.toContain('@@@');
});

function setUpPushes() {
  const log = recorder();
  let runs = 0;
  const webhook = createWebhook({ ...SAFE, mode: 'compatible', logger: log }, () => {
    runs += 1;
  });
  return {
    log,
    runs: () => runs,
    send: async (delivery: WebhookRequest) => {
      expect(await webhook.handle(delivery)).toMatchObject({ status: 200, body: 'success' });
    },
  };
}

describe('two events of one second that differ only deep inside are two runs', () => {
  it.each<[string, WireFields, WireFields]>([
    [
      'MsgID inside List',
      happened('subscribe_msg_sent_event', { List: { MsgID: '1' } as never }),
      happened('subscribe_msg_sent_event', { List: { MsgID: '2' } as never }),
    ],
    [
      'publish_id',
      happened('PUBLISHJOBFINISH', { PublishEventInfo: { publish_id: '1' } as never }),
      happened('PUBLISHJOBFINISH', { PublishEventInfo: { publish_id: '2' } as never }),
    ],
    ['Latitude', happened('LOCATION', { Latitude: '1' }), happened('LOCATION', { Latitude: '2' })],
  ])('%s', async (_, one, other) => {
    const { runs, send, log } = setUp();
    for (const fields of [one, other, one]) await send(safe(SAFE, fields), fields['FromUserName']);
    expect(runs()).toBe(2);
    expect(log.lines).toEqual([]);
  });
});
