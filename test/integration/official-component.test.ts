/** A third-party platform, and the accounts that gave it rights. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createWebhook } from '@wechat-mp/core';
import { ComponentClient, MemoryTokenStore, type TokenStore } from '@wechat-mp/core/official';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';
import * as wire from '../support/platform.ts';

const getPlatform = usePlatform();
const AUTHORIZER = 'wxauthorizer';
const TOKEN = '/cgi-bin/component/api_component_token';
const REFRESH = '/cgi-bin/component/api_authorizer_token';
let tokens: TokenStore;

function createComponent(): ComponentClient {
  return new ComponentClient({
    componentAppid: 'wxcomponent',
    componentAppsecret: 'component-secret',
    baseUrl: getPlatform().url,
    tokens,
  });
}

beforeEach(() => {
  tokens = new MemoryTokenStore();
  const platform = getPlatform();
  platform.answer(TOKEN, ({ body }) =>
    (body as Record<string, string>)['component_verify_ticket'] === 'ticket@@@2'
      ? { component_access_token: 'component-token', expires_in: 7200 }
      : platform.refuse(61006, 'component ticket is invalid'),
  );
  platform.answer('/cgi-bin/component/api_query_auth', () => ({
    authorization_info: {
      authorizer_appid: AUTHORIZER,
      authorizer_access_token: 'authorizer-1',
      expires_in: 7200,
      authorizer_refresh_token: 'refresh-1',
      func_info: [],
    },
  }));
  platform.answer(REFRESH, (_, count) => ({
    authorizer_access_token: `authorizer-${count + 1}`,
    expires_in: 7200,
    authorizer_refresh_token: `refresh-${count + 1}`,
  }));
});

const getToken = () => getPlatform().requestsTo('/cgi-bin/menu/get').at(-1)?.query['access_token'];

describe('the platform’s own token', () => {
  it('is fetched with the newest ticket, once for all processes', async () => {
    const [first, second] = [createComponent(), createComponent()];
    await first.setVerifyTicket('ticket@@@1');
    await first.setVerifyTicket('ticket@@@2');
    await Promise.all([first, second].map((one) => one.component.createPreAuthCode()));
    expect(
      getPlatform()
        .requestsTo(TOKEN)
        .map(({ body }) => body),
    ).toEqual([
      {
        component_appid: 'wxcomponent',
        component_appsecret: 'component-secret',
        component_verify_ticket: 'ticket@@@2',
      },
    ]);
  });

  it('is not for the client of an account, nor an account’s endpoint for the platform', async () => {
    const error = await catchError(createClient(getPlatform()).component.createPreAuthCode());
    expect(error.message).toContain('call it on a ComponentClient');
    const other = await catchError(createComponent().component.hasOpenAccount());
    expect(other.message).toContain('call it on component.authorizer(appid)');
  });

  it('cannot be fetched before a ticket was pushed, and the error says so', async () => {
    const error = await catchError(createComponent().component.createPreAuthCode());
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
    expect(error.message).toContain('pushes one every ten minutes');
  });
});

describe('`handlers`, given to a webhook', () => {
  it('keep the ticket and the rights that the platform pushes, encrypted', async () => {
    const component = createComponent();
    const account = {
      token: 'TOKEN',
      encodingAESKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
      appid: wire.COMPONENT,
    };
    const webhook = createWebhook(account, component.handlers);
    const push = async (InfoType: string, fields: wire.WireFields) => {
      const { status, body } = await webhook.handle(
        wire.pushed(account, wire.push(InfoType, fields)),
      );
      expect([status, body]).toEqual([200, 'success']);
    };
    await push('component_verify_ticket', { ComponentVerifyTicket: 'ticket@@@2' });
    await push('authorized', {
      AuthorizerAppid: AUTHORIZER,
      AuthorizationCode: 'code-1',
      AuthorizationCodeExpiredTime: 1_700_000_600,
      PreAuthCode: 'pre-1',
    });
    await component.authorizer(AUTHORIZER).menu.get();
    expect(getToken()).toBe('authorizer-1');
    await push('unauthorized', { AuthorizerAppid: AUTHORIZER });
    const error = await catchError(component.authorizer(AUTHORIZER).menu.get());
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
  });
});

describe('an account that gave rights', () => {
  it('is called with a token of its own, in every process', async () => {
    const component = createComponent();
    await component.setVerifyTicket('ticket@@@2');
    expect(await component.authorize('code')).toMatchObject({ authorizer_appid: AUTHORIZER });
    await createComponent().authorizer(AUTHORIZER).menu.get();
    expect(getToken()).toBe('authorizer-1');
    expect(getPlatform().count(REFRESH)).toBe(0);
  });

  it('gets another token with the refresh token, which changes too', async () => {
    const platform = getPlatform();
    const component = createComponent();
    await component.setVerifyTicket('ticket@@@2');
    await component.authorize('code');
    const client = component.authorizer(AUTHORIZER);
    for (const number of [2, 3]) {
      platform.answer('/cgi-bin/menu/get', ({ query }) =>
        query['access_token'] === `authorizer-${number}`
          ? { menu: {} }
          : platform.refuse(42001, 'access_token expired'),
      );
      await client.menu.get();
      expect(getToken()).toBe(`authorizer-${number}`);
    }
    expect(platform.requestsTo(REFRESH).map(({ body }) => body)).toEqual(
      [1, 2].map((number) => ({
        component_appid: 'wxcomponent',
        authorizer_appid: AUTHORIZER,
        authorizer_refresh_token: `refresh-${number}`,
      })),
    );
  });

  it('that these tokens do not know is called with its refresh token', async () => {
    const component = createComponent();
    await component.setVerifyTicket('ticket@@@2');
    const unknown = component.authorizer('wxother');
    expect((await catchError(unknown.menu.get())).message).toContain('no refresh token of wxother');
    await component.authorizer('wxother', { refreshToken: 'refresh-0' }).menu.get();
    expect(getToken()).toBe('authorizer-2');
  });

  it('and takes them back is called no more', async () => {
    const component = createComponent();
    await component.setVerifyTicket('ticket@@@2');
    await component.authorize('code');
    await component.handlers['component:unauthorized']({ authorizerAppid: AUTHORIZER });
    const error = await catchError(component.authorizer(AUTHORIZER).menu.get());
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
  });

  it('logs its users in through the platform', async () => {
    const platform = getPlatform();
    platform.answer('/sns/oauth2/component/access_token', ({ query }) => ({
      ...query,
      openid: 'o1',
    }));
    const component = createComponent();
    await component.setVerifyTicket('ticket@@@2');
    const { oauth2 } = component.authorizer(AUTHORIZER);
    expect(await oauth2.getAccessToken({ code: 'c1' })).toEqual({
      openid: 'o1',
      code: 'c1',
      appid: AUTHORIZER,
      component_appid: 'wxcomponent',
      grant_type: 'authorization_code',
      component_access_token: 'component-token',
    });
    const page = { redirect_uri: 'https://a.example/', scope: 'snsapi_base', state: 's' } as const;
    expect(oauth2.buildAuthorizeUrl(page)).toBe(
      `${platform.url}/connect/oauth2/authorize?appid=${AUTHORIZER}&redirect_uri=https%3A%2F%2Fa.example%2F&response_type=code&scope=snsapi_base&state=s&component_appid=wxcomponent#wechat_redirect`,
    );
  });
});
