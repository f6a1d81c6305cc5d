/** Pushes to a third-party platform: how they are read, refused and handled. */
import { describe, expect, it } from '@jest/globals';
import {
  createWebhook,
  type Exchange,
  type Handlers,
  type Message,
  type MessageName,
  ParseError,
  parseMessage,
  Router,
  type WebhookRequest,
} from '@wechat-mp/core';
import {
  COMPONENT,
  plain,
  push,
  pushed,
  safe,
  userMessage,
  type WireFields,
  writeXml,
} from '../../../../test/support/platform.ts';
import { recorder, SAFE } from '../support.ts';

const PLATFORM = { ...SAFE, appid: COMPONENT };
const CREATED = 1_413_192_760;

const TICKET = push('component_verify_ticket', {
  CreateTime: CREATED,
  ComponentVerifyTicket: 'ticket@@@secret',
});
const AUTHORIZED = push('authorized', {
  CreateTime: CREATED,
  AuthorizerAppid: 'wxf7d2ddffc117e8de',
  AuthorizationCode: 'queryauthcode@@@secret',
  AuthorizationCodeExpiredTime: 1_413_196_360,
  PreAuthCode: 'preauthcode@@@secret',
});

/** A webhook of the platform, what it logged, and the messages that its handler was given. */
function setUp(answer: (message: Message, exchange: Exchange) => unknown = () => undefined) {
  const log = recorder();
  const seen: Message[] = [];
  const handler = (message: Message, exchange: Exchange) => {
    seen.push(message);
    return answer(message, exchange) as undefined;
  };
  const webhook = createWebhook({ ...PLATFORM, logger: log }, handler);
  return { log, seen, send: (delivery: WebhookRequest) => webhook.handle(delivery) };
}
const SUCCESS = { status: 200, body: 'success' };

describe('a push to a third-party platform', () => {
  it('is a message without a sender to the platform, named after its InfoType', () => {
    const raw = writeXml(TICKET);
    const message = parseMessage(raw);
    expect(message).toStrictEqual({
      type: 'component:component_verify_ticket',
      target: COMPONENT,
      source: '',
      time: CREATED,
      componentVerifyTicket: 'ticket@@@secret',
      raw,
      fields: message.fields,
    });
    expect(message.id).toBeUndefined();
    expect({ ...message.fields }).toEqual({ ...TICKET, CreateTime: String(CREATED) });
  });

  it.each([
    ['XML', writeXml(AUTHORIZED)],
    ['JSON', JSON.stringify(AUTHORIZED)],
    ['XML after a byte order mark', `\ufeff\n${writeXml(AUTHORIZED)}`],
  ])('is read from %s', (_, raw) => {
    expect(parseMessage(raw)).toMatchObject({
      type: 'component:authorized',
      authorizerAppid: 'wxf7d2ddffc117e8de',
      authorizationCode: 'queryauthcode@@@secret',
      authorizationCodeExpiredTime: 1_413_196_360,
      preAuthCode: 'preauthcode@@@secret',
    });
  });

  it.each([
    ['order_path_apply_result_notify', 'component:unknown'],
    ['unknown', 'component:unknown'],
    ['constructor', 'component:unknown'],
    ['event:click', 'component:unknown'],
    ['component:authorized', 'component:unknown'],
    ['AUTHORIZED', 'component:authorized'],
  ])('with the InfoType %s is %s', (InfoType, type) => {
    const message = parseMessage(writeXml(push(InfoType, { A: 'b' })));
    expect(message).toMatchObject({ type, target: COMPONENT, source: '' });
    expect(message.fields).toMatchObject({ InfoType, A: 'b' });
  });

  it.each(['notify_third_fasteregister', 'notify_third_fastregisterbetaapp'])(
    'of a %s that failed has no appid: AppId is the platform’s',
    (InfoType) => {
      const failed = parseMessage(writeXml(push(InfoType, { status: 89249 })));
      expect(failed).toMatchObject({ appid: undefined, target: COMPONENT, status: 89249 });
      const done = parseMessage(writeXml(push(InfoType, { appid: 'wx1', status: 0 })));
      expect(done).toMatchObject({ appid: 'wx1', target: COMPONENT, status: 0 });
    },
  );

  it('is not a message that happens to have an InfoType, nor the other way round', () => {
    const text = userMessage('text', { Content: 'hi', InfoType: 'authorized', AppId: COMPONENT });
    expect(parseMessage(writeXml(text)).type).toBe('text');
    const other = userMessage('component:authorized', { AuthorizerAppid: 'wx1' });
    expect(parseMessage(writeXml(other)).type).toBe('unknown');
  });
});

describe('a message that only looks like a push', () => {
  const { InfoType: _, ...untyped } = TICKET;
  const { AppId: __, ...unaddressed } = TICKET;
  const twice = (tag: string) =>
    writeXml(AUTHORIZED).replace(new RegExp(`<${tag}>.*</${tag}>`), (found) => found + found);

  it.each<[string, string, RegExp]>([
    ['without InfoType', writeXml(untyped), /MsgType is missing/],
    ['with an empty InfoType', writeXml({ ...TICKET, InfoType: '' }), /InfoType is missing/],
    ['with tags in InfoType', writeXml({ ...TICKET, InfoType: { a: 'b' } }), /InfoType is missing/],
    ['with two of InfoType', twice('InfoType'), /InfoType is repeated/],
    ['with two of AppId', twice('AppId'), /AppId is repeated/],
    ['without AppId', writeXml(unaddressed), /AppId is missing/],
    ['with an empty AppId', writeXml({ ...TICKET, AppId: '' }), /AppId is missing/],
    [
      'with nothing but another appid',
      writeXml({ ...unaddressed, appid: 'wx1' }),
      /AppId is missing/,
    ],
    ['cut off', writeXml(TICKET).slice(0, -9), /not well-formed/],
    ['JSON with an empty InfoType', JSON.stringify({ ...TICKET, InfoType: null }), /InfoType/],
    [
      'JSON with a list of InfoTypes',
      JSON.stringify({ ...TICKET, InfoType: ['a', 'b'] }),
      /repeated/,
    ],
  ])('%s is refused with 400', async (_what, body, why) => {
    expect(() => parseMessage(body)).toThrow(ParseError);
    expect(() => parseMessage(body)).toThrow(why);
    const { log, seen, send } = setUp();
    expect(await send(pushed(PLATFORM, body))).toMatchObject({ status: 400, body: 'Bad Request' });
    expect(seen).toEqual([]);
    expect(log.lines).toMatchObject([{ level: 'warn', details: { code: 'WECHAT_PARSE' } }]);
    expect(log.text()).not.toContain('secret');
  });
});

describe('an encrypted delivery of a push', () => {
  it('is decrypted with the AppID of the platform, handled by its name and answered success', async () => {
    const log = recorder();
    const seen: string[] = [];
    const handlers: Handlers = {
      'component:component_verify_ticket': async ({ componentVerifyTicket }) => {
        seen.push(componentVerifyTicket);
      },
      'component:authorized': ({ authorizerAppid, authorizationCode }) => {
        seen.push(`${authorizerAppid} ${authorizationCode}`);
      },
      'component:unknown': ({ fields }) => {
        seen.push(JSON.stringify(fields));
      },
    };
    const webhook = createWebhook({ ...PLATFORM, logger: log }, handlers);
    const New = push('brand_new', { CreateTime: 1, A: 'b' });
    for (const message of [TICKET, AUTHORIZED, New]) {
      const { body } = pushed(PLATFORM, message);
      expect(body).toMatch(/^<xml><AppId>.*<\/AppId>\s*<Encrypt>.*<\/Encrypt>\s*<\/xml>$/);
      expect(await webhook.handle(pushed(PLATFORM, message))).toMatchObject(SUCCESS);
    }
    expect(seen).toEqual([
      'ticket@@@secret',
      'wxf7d2ddffc117e8de queryauthcode@@@secret',
      JSON.stringify({ AppId: COMPONENT, CreateTime: '1', InfoType: 'brand_new', A: 'b' }),
    ]);
    expect(log.lines).toEqual([]);
  });

  it('may be JSON inside', async () => {
    const { seen, send } = setUp();
    expect(await send(pushed(PLATFORM, JSON.stringify(TICKET)))).toMatchObject(SUCCESS);
    expect(seen).toMatchObject([{ componentVerifyTicket: 'ticket@@@secret' }]);
  });

  it('that was encrypted for an account instead is refused', async () => {
    const { seen, send } = setUp();
    const delivery = pushed({ ...PLATFORM, appid: 'wx5823bf96d3bd56c7' }, TICKET);
    expect(await send(delivery)).toMatchObject({ status: 401 });
    expect(seen).toEqual([]);
  });

  it('that was changed on its way is refused', async () => {
    const { seen, send } = setUp();
    const { query, body = '' } = pushed(PLATFORM, TICKET);
    const other = pushed(PLATFORM, AUTHORIZED);
    expect(await send({ ...other, body })).toMatchObject({ status: 401 });
    expect(
      await send({ method: 'POST', query: { ...query, msg_signature: '' }, body }),
    ).toMatchObject({ status: 401 });
    expect(seen).toEqual([]);
  });

  it('shares its address with the messages of accounts, whose replies still go out', async () => {
    const { send, seen } = setUp(({ source }) => source && 'hi');
    expect(await send(pushed(PLATFORM, TICKET))).toMatchObject(SUCCESS);
    const { status, body } = await send(safe(PLATFORM, userMessage('text', { Content: 'a' })));
    expect(status).toBe(200);
    expect(body).toMatch(/^<xml><Encrypt>/);
    expect(seen.map(({ type }) => type)).toEqual(['component:component_verify_ticket', 'text']);
  });
});

describe('handlers of pushes', () => {
  it('are found in a router by name, and by default', async () => {
    const seen: MessageName[] = [];
    const router = new Router()
      .on(['component:authorized', 'component:updateauthorized'], (message) => {
        seen.push(message.type);
      })
      .default(({ type }) => {
        seen.push(`default ${type}` as MessageName);
      });
    const webhook = createWebhook(PLATFORM, router);
    const messages = [AUTHORIZED, push('updateauthorized'), push('unauthorized')];
    for (const message of messages) await webhook.handle(pushed(PLATFORM, message));
    expect(seen).toEqual([
      'component:authorized',
      'component:updateauthorized',
      'default component:unauthorized',
    ]);
  });

  it('are refused at start-up when the name is wrong', () => {
    const handlers = { 'component:authorised': () => 'hi' } as unknown as Handlers;
    expect(() => createWebhook(PLATFORM, handlers)).toThrow(/component:authorised/);
    const short = { updateauthorized: () => 'hi' } as unknown as Handlers;
    expect(() => createWebhook(PLATFORM, short)).toThrow(
      /did you mean "component:updateauthorized"/,
    );
  });

  it('have a context, which the pushes of a platform share', async () => {
    const { send, seen } = setUp((_message, { context }) => {
      context.set('count', Number(context.get('count') ?? 0) + 1);
      seen.push(context.get('count') as never);
    });
    await send(pushed(PLATFORM, TICKET));
    await send(pushed(PLATFORM, AUTHORIZED));
    expect(seen.filter((one) => typeof one === 'number')).toEqual([1, 2]);
  });
});

it('a push is read in the plain mode, too', async () => {
  const log = recorder();
  const seen: WireFields[] = [];
  const webhook = createWebhook({ token: 'TOKEN', logger: log }, (message) => {
    seen.push({ type: message.type });
  });
  expect(await webhook.handle(plain({ token: 'TOKEN' }, TICKET))).toMatchObject(SUCCESS);
  expect(seen).toEqual([{ type: 'component:component_verify_ticket' }]);
});
