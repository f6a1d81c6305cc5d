/** Nobody reads the reply to what is pushed to a third-party platform. */
import { describe, expect, it } from '@jest/globals';
import { createWebhook, type WebhookOptions } from '@wechat-mp/core';
import { COMPONENT, push, pushed } from '../../../../test/support/platform.ts';
import { recorder, SAFE } from '../support.ts';

const PLATFORM = { ...SAFE, appid: COMPONENT };
const CREATED = 1_413_192_760;
const AUTHORIZED = push('authorized', {
  CreateTime: CREATED,
  AuthorizerAppid: 'wxf7d2ddffc117e8de',
  AuthorizationCode: 'queryauthcode@@@secret',
});
const SUCCESS = { status: 200, body: 'success' };

/** A webhook of the platform that answers so, and what it logged. */
function setUp(answer: () => unknown, options: Partial<WebhookOptions> = {}) {
  const log = recorder();
  const handler = () => answer() as undefined;
  const webhook = createWebhook({ ...PLATFORM, logger: log, ...options }, handler);
  return { log, send: async () => webhook.handle(pushed(PLATFORM, AUTHORIZED)) };
}

describe('a reply to a push', () => {
  async function* stream() {
    yield 'Wel';
    yield 'come!';
  }

  it.each<[string, () => unknown]>([
    ['a text', () => 'Welcome!'],
    ['the promise of one', async () => 'Welcome!'],
    ['articles', () => [{ title: 'Welcome!' }, { title: 'Again!' }]],
    ['a picture', () => ({ type: 'image', mediaId: 'm' })],
    ['a stream', stream],
  ])('is dropped with one warning, and the answer is success: %s', async (_, answer) => {
    const { log, send } = setUp(answer);
    expect(await send()).toMatchObject(SUCCESS);
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        details: {
          message: { type: 'component:authorized', target: COMPONENT, source: '', time: CREATED },
        },
        message: expect.stringContaining('a reply was dropped'),
      },
    ]);
    expect(log.text()).not.toMatch(/secret|Welcome/);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['no articles', []],
    ['reply.none()', { type: 'none' }],
  ])('that is %s is no reply', async (_, nothing) => {
    const { log, send } = setUp(() => nothing);
    expect(await send()).toMatchObject(SUCCESS);
    expect(log.lines).toEqual([]);
  });

  it('of an unknown kind is an error, as elsewhere', async () => {
    const { log, send } = setUp(() => 1);
    expect(await send()).toMatchObject(SUCCESS);
    expect(log.lines).toMatchObject([{ level: 'error' }]);
  });

  it('of onError is dropped, too', async () => {
    const fail = () => {
      throw new Error('no');
    };
    const { log, send } = setUp(fail, { onError: () => 'Sorry' });
    expect(await send()).toMatchObject(SUCCESS);
    expect(log.lines).toMatchObject([
      { level: 'warn', message: expect.stringContaining('dropped') },
    ]);
  });

  it.each(['push', 'hold', 'function'] as const)(
    'that is late is not sent to nobody: lateReply %s',
    async (kind) => {
      const sent: unknown[] = [];
      const keep = async (...given: unknown[]) => void sent.push(given);
      const lateReply = kind === 'function' ? keep : kind;
      const client = { message: { custom: { send: keep } } };
      const options = { client, lateReply, replyWindow: 20, maxDeliveries: 1 as const };
      let end: (reply: unknown) => void = () => {};
      const late = new Promise((resolve) => {
        end = resolve;
      });
      const { log, send } = setUp(() => late, { ...options, pending: 'Please wait' });
      expect(await send()).toMatchObject(SUCCESS);
      expect(log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
      end('Welcome!');
      await new Promise((resolve) => setImmediate(resolve));
      expect(log.lines.filter(({ level }) => level !== 'info')).toMatchObject([
        { level: 'warn', message: expect.stringContaining('a reply was dropped') },
      ]);
      expect(sent).toEqual([]);
    },
  );

  it('that is a stream and does not end in time is read to its end and sent nowhere', async () => {
    const sent: unknown[] = [];
    const client = {
      message: { custom: { send: async (...given: unknown[]) => sent.push(given) } },
    };
    let ended: () => void = () => {};
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    let isRead = false;
    async function* slow() {
      yield 'first';
      await end;
      yield { type: 'image', mediaId: 'm' };
      isRead = true;
    }
    const { log, send } = setUp(slow, { client, replyWindow: 20, maxDeliveries: 1 });
    expect(await send()).toMatchObject(SUCCESS);
    ended();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isRead).toBe(true);
    expect(sent).toEqual([]);
    const warned = log.lines.filter(({ level }) => level === 'warn');
    expect(warned).toHaveLength(2);
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
