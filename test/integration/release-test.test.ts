/** The release test of a third-party platform (全网发布检测). */
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createWebhook, type Handlers, type HandlersLike, Router } from '@wechat-mp/core';
import { ComponentClient } from '@wechat-mp/core/official';
import { wechat } from '@wechat-mp/express';
import express from 'express';
import {
  type AuthorizingPlatform,
  startAuthorizingPlatform,
} from '../support/authorizing-platform.ts';
import { hosts } from '../support/hosts.ts';
import { closeServers, listen } from '../support/http.ts';
import * as wire from '../support/platform.ts';
import { until } from '../support/until.ts';

const SEND = '/cgi-bin/message/custom/send';
const account = {
  token: 'TOKEN',
  encodingAESKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  appid: wire.COMPONENT,
};
let accounts: AuthorizingPlatform;
let component: ComponentClient;

beforeEach(async () => {
  accounts = await startAuthorizingPlatform();
  component = new ComponentClient(accounts.component);
  await component.setVerifyTicket(accounts.ticket);
});
afterEach(() => accounts.simulator.close());
afterAll(closeServers);

type Message = wire.WireFields & { readonly ToUserName: string };

const text = (target: string, Content: string) => ({
  ...wire.userMessage('text', { Content }),
  ToUserName: target,
});

/** Returns the answer to a message: the reply's text, or its type. */
async function ask(handlers: HandlersLike, message: Message): Promise<string> {
  const delivery = wire.safe(account, message);
  const { body } = await createWebhook(account, handlers).handle(delivery);
  if (!body.startsWith('<xml>')) return `body: ${body}`;
  const [, sealed = ''] = /<Encrypt><!\[CDATA\[(.+?)\]\]>/.exec(body) ?? [];
  const reply = wire.decrypt(account, sealed);
  expect(reply).toContain(`<FromUserName><![CDATA[${message.ToUserName}]]>`);
  return /<Content><!\[CDATA\[(.*?)\]\]>/s.exec(reply)?.[1] ?? 'no text';
}

/** Lists the messages sent to users, with their tokens. */
const listSent = () =>
  accounts.simulator.api
    .callsTo(SEND)
    .map(({ query, body }) => ({ token: query['access_token'], ...(body as object) }));

const TEST_ACCOUNTS = [
  'gh_3c884a361561',
  'gh_c0f28a78b318',
  'gh_3f222ed8d140',
  'gh_26128078e9ab',
  'gh_2b3713f184a6',
  'gh_8dad206e9538',
  'gh_905ae9d01059',
  'gh_393666f1fdf4',
  'gh_39abb5d4e1b7',
  'gh_7818dcb60240',
];

describe.each(TEST_ACCOUNTS)('to the test account %s', (target) => {
  it('the text is answered at once', async () => {
    const answer = await ask(component.handlers, text(target, 'TESTCOMPONENT_MSG_TYPE_TEXT'));
    expect(answer).toBe('TESTCOMPONENT_MSG_TYPE_TEXT_callback');
  });

  it.each(['LOCATION', 'CLICK', 'subscribe', 'an_event_that_nobody_knows'])(
    'the event %s is answered with its name',
    async (name) => {
      const message = { ...wire.event(name), ToUserName: target };
      expect(await ask(component.handlers, message)).toBe(`${name}from_callback`);
    },
  );

  it('a code is answered with an empty body, and then with a message by the account’s token', async () => {
    const code = accounts.simulator.api.authorize('wx570bc396a51b8ff8');
    const answer = await ask(component.handlers, text(target, `QUERY_AUTH_CODE:${code}`));
    expect(answer).toBe('body: ');
    await until(() => listSent().length === 1);
    const { authorizer_access_token: token } = await component.authorize(code);
    expect(listSent()).toEqual([
      { token, touser: wire.OPENID, msgtype: 'text', text: { content: `${code}_from_api` } },
    ]);
    expect(accounts.countExchanges()).toBe(1);
  });
});

it('the code of the test has been pushed before: it is exchanged once', async () => {
  const code = accounts.simulator.api.authorize('wx570bc396a51b8ff8');
  await component.handlers['component:authorized']({ authorizationCode: code });
  await ask(component.handlers, text('gh_3c884a361561', `QUERY_AUTH_CODE:${code}`));
  await until(() => listSent().length === 1);
  expect(accounts.countExchanges()).toBe(1);
});

it('the answer to a code does not wait for the platform', async () => {
  const code = accounts.simulator.api.authorize('wx570bc396a51b8ff8');
  let answerCall: ((answer: object) => void) | undefined;
  accounts.simulator.api.answer(
    SEND,
    () =>
      new Promise((resolve) => {
        answerCall = resolve;
      }),
  );
  const answer = await ask(component.handlers, text('gh_3c884a361561', `QUERY_AUTH_CODE:${code}`));
  expect(answer).toBe('body: ');
  await until(() => answerCall !== undefined);
  answerCall?.({ errcode: 0, errmsg: 'ok' });
});

it.each(hosts.map((host) => [host.name, host] as const))(
  'the body of the answer to a code has no bytes, on %s',
  async (_, host) => {
    const origin = await host.start({ '/messages': [account, component.handlers as Handlers] });
    const send = async (target: string, content: string) => {
      const { query, body } = wire.safe(account, text(target, content));
      const address = `${origin}/messages?${new URLSearchParams(query)}`;
      const headers = { 'content-type': 'text/xml' };
      const response = await fetch(address, { method: 'POST', body: body ?? '', headers });
      return [response.status, await response.text()];
    };
    const code = accounts.simulator.api.authorize('wx570bc396a51b8ff8');
    const asked = `QUERY_AUTH_CODE:${code}`;
    expect(await send('gh_3c884a361561', asked)).toEqual([200, '']);
    await until(() => listSent().length === 1);
    expect(await send('gh_3c884a361561', 'anything else')).toEqual([200, 'success']);
    expect(await send(wire.GH, asked)).toEqual([200, 'success']);
  },
);

describe('beside handlers of one’s own', () => {
  const own = { text: () => 'mine', 'event:location': () => 'mine', default: () => 'mine' };
  const ways: [string, () => HandlersLike][] = [
    ['spread before them', () => ({ ...component.handlers, ...own })],
    ['spread after them', () => ({ ...own, ...component.handlers })],
    [
      'in a Router',
      () => new Router().use(component.answerReleaseTest).on('text', own.text).default(own.default),
    ],
  ];
  it.each(ways)('%s the test is answered, and other accounts are theirs', async (_way, create) => {
    const handlers = create();
    const test = 'TESTCOMPONENT_MSG_TYPE_TEXT';
    expect(await ask(handlers, text('gh_3c884a361561', test))).toBe(`${test}_callback`);
    const location = { ...wire.event('LOCATION'), ToUserName: 'gh_8dad206e9538' };
    expect(await ask(handlers, location)).toBe('LOCATIONfrom_callback');
    expect(await ask(handlers, text(wire.GH, test))).toBe('mine');
    expect(await ask(handlers, text(wire.GH, 'QUERY_AUTH_CODE:made-up'))).toBe('mine');
    expect(await ask(handlers, { ...wire.event('LOCATION'), ToUserName: wire.GH })).toBe('mine');
    expect(await ask(handlers, text('gh_3c884a361561', 'anything else'))).toBe('mine');
    expect(accounts.countExchanges()).toBe(0);
  });

  it('over a socket, at the address of the accounts’ messages', async () => {
    const app = express();
    app.use('/messages', wechat(account, { ...component.handlers, text: () => 'mine' }));
    const origin = await listen(app);
    const { query, body } = wire.safe(
      account,
      text('gh_3c884a361561', 'TESTCOMPONENT_MSG_TYPE_TEXT'),
    );
    const address = `${origin}/messages/wx570bc396a51b8ff8?${new URLSearchParams(query)}`;
    const response = await fetch(address, { method: 'POST', body: body ?? '' });
    const [, sealed = ''] = /<Encrypt><!\[CDATA\[(.+?)\]\]>/.exec(await response.text()) ?? [];
    expect(wire.decrypt(account, sealed)).toContain('[TESTCOMPONENT_MSG_TYPE_TEXT_callback]');
  });
});
