/** Accounts that give a third-party platform their rights: codes, refresh tokens, processes. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook } from '@wechat-mp/core';
import {
  ComponentClient,
  MemoryTokenStore,
  type Token,
  type TokenStore,
} from '@wechat-mp/core/official';
import { Redis } from 'ioredis';
import { recorder } from '../../packages/core/test/support.ts';
import {
  type AuthorizingPlatform,
  startAuthorizingPlatform,
} from '../support/authorizing-platform.ts';
import { catchError } from '../support/official-client.ts';
import * as wire from '../support/platform.ts';
import { startRedis, stopRedis, track } from '../support/redis.ts';

const APPIDS = ['wxfirst', 'wxsecond'];
const account = {
  token: 'TOKEN',
  encodingAESKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  appid: wire.COMPONENT,
};
let accounts: AuthorizingPlatform;
let tokens: TokenStore;

beforeEach(async () => {
  tokens = new MemoryTokenStore();
  accounts = await startAuthorizingPlatform();
});
afterEach(() => accounts.simulator.close());
afterAll(stopRedis);

async function startProcess(store: TokenStore = tokens): Promise<ComponentClient> {
  const component = new ComponentClient({
    ...accounts.component,
    retry: 0,
    tokens: store,
  });
  await component.setVerifyTicket(accounts.ticket);
  return component;
}

async function pushCode(
  component: ComponentClient,
  name: string,
  code: string,
  expected: readonly [number, string] = [200, 'success'],
): Promise<void> {
  const message = wire.push(name, {
    AuthorizerAppid: 'wxfirst',
    AuthorizationCode: code,
    AuthorizationCodeExpiredTime: 1_700_000_600,
    PreAuthCode: 'pre-1',
  });
  const webhook = createWebhook({ ...account, logger: recorder() }, component.handlers);
  const { status, body } = await webhook.handle(wire.pushed(account, message));
  expect([status, body]).toEqual(expected);
}

describe('an authorization code', () => {
  it.each(APPIDS)('of %s that comes twice at once is exchanged once', async (appid) => {
    const component = await startProcess();
    const code = accounts.simulator.api.authorize(appid);
    const [first, second] = await Promise.all([
      component.authorize(code),
      component.authorize(code),
    ]);
    expect(first).toMatchObject({ authorizer_appid: appid });
    expect(second).toEqual(first);
    expect(accounts.countExchanges()).toBe(1);
  });

  it.each(['authorized', 'updateauthorized'])(
    'is exchanged once for the push `%s` and the page that it came back to, in any order',
    async (push) => {
      const component = await startProcess();
      for (const order of ['push first', 'page first']) {
        const code = accounts.simulator.api.authorize('wxfirst');
        if (order === 'push first') await pushCode(component, push, code);
        const info = await component.authorize(code);
        if (order === 'page first') await pushCode(component, push, code);
        expect(info).toMatchObject({ authorizer_appid: 'wxfirst' });
        await component.authorizer('wxfirst').menu.get();
      }
      expect(accounts.countExchanges()).toBe(2);
      expect(accounts.listRefreshTokens()).toEqual([]);
    },
  );

  it('is exchanged once by processes that share a Redis, and all get the answer', async () => {
    const server = await startRedis();
    const processes = await Promise.all(
      [1, 2, 3].map(() => startProcess(redisStores(track(new Redis(server.port))).tokens)),
    );
    for (const appid of APPIDS) {
      const code = accounts.simulator.api.authorize(appid);
      const answers = await Promise.all(processes.map((one) => one.authorize(code)));
      expect(answers[0]).toMatchObject({
        authorizer_appid: appid,
        func_info: [{ funcscope_category: { id: 1 } }],
      });
      expect(answers).toEqual(Array(3).fill(answers[0]));
      // The page is loaded again.
      expect(await processes[1]?.authorize(code)).toEqual(answers[0]);
    }
    expect(accounts.countExchanges()).toBe(2);
    for (const one of processes) await one.authorizer('wxsecond').menu.get();
    expect(accounts.listRefreshTokens()).toEqual([]);
  });

  it.each(['made up', 'queryauthcode@@@used'])(
    'that is no good (%s) is refused, and does not stand in the way of others',
    async (code) => {
      const component = await startProcess();
      const errors = await Promise.all([
        catchError(component.authorize(code)),
        catchError(component.authorize(code)),
      ]);
      expect(errors).toMatchObject([{ errcode: 61010 }, { errcode: 61010 }]);
      expect(accounts.countExchanges()).toBe(1);
      const info = await component.authorize(accounts.simulator.api.authorize('wxfirst'));
      expect(info).toMatchObject({ authorizer_appid: 'wxfirst' });
    },
  );

  it('of an account without rights to the API is answered, though there are no tokens to keep', async () => {
    accounts.simulator.api.answer('/cgi-bin/component/api_query_auth', {
      authorization_info: {
        authorizer_appid: 'wxfirst',
        func_info: [{ funcscope_category: { id: 1 } }],
      },
    });
    const component = await startProcess();
    const rights = {
      authorizer_appid: 'wxfirst',
      func_info: [{ funcscope_category: { id: 1 } }],
    };
    expect(await component.authorize('code')).toEqual(rights);
    await pushCode(component, 'authorized', 'code');
    expect(await (await startProcess()).authorize('code')).toEqual(rights);
    expect(accounts.countExchanges()).toBe(1);
    const error = await catchError(component.authorizer('wxfirst').menu.get());
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
    expect(error.message).toContain('without which WeChat gives no tokens');
  });

  it('that something else than WeChat answers is a network error', async () => {
    accounts.simulator.api.answer('/cgi-bin/component/api_query_auth', { hello: 'portal' });
    const error = await catchError((await startProcess()).authorize('code'));
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: true });
    expect(error.message).toContain('authorization_info');
  });

  it('that is exchanged again gives a newer refresh token than any known', async () => {
    const component = await startProcess();
    for (const _time of [1, 2])
      await component.authorize(accounts.simulator.api.authorize('wxfirst'));
    const { authorizer_refresh_token } = await component.authorize(
      accounts.simulator.api.authorize('wxfirst'),
    );
    await component.authorizer('wxfirst', { refreshToken: authorizer_refresh_token }).menu.get();
    expect(accounts.listRefreshTokens()).toEqual([]);
  });
});

describe('an authorization code that comes while the store of tokens is away', () => {
  const CODE_TAKEN = '/cgi-bin/component/api_query_auth';
  let isAway: boolean;
  let goesAway: boolean;

  async function startWithFlakyStore(): Promise<ComponentClient> {
    isAway = false;
    goesAway = false;
    const ask =
      <Given extends unknown[], T>(method: (...given: Given) => Promise<T>) =>
      async (...given: Given): Promise<T> => {
        if (isAway) throw new Error('ECONNREFUSED');
        return method(...given);
      };
    const goAway = ({ path }: { path: string }) => {
      if (goesAway && path === CODE_TAKEN) isAway = true;
    };
    const component = new ComponentClient({
      ...accounts.component,
      retry: 0,
      logger: recorder(),
      hooks: { afterResponse: [goAway] },
      tokens: {
        get: ask((key) => tokens.get(key)),
        lock: ask((...given) => tokens.lock(...given)),
        set: ask((...given) => tokens.set(...given)),
      },
    });
    await component.setVerifyTicket(accounts.ticket);
    await component.component.createPreAuthCode();
    return component;
  }

  it('is not exchanged: WeChat is answered 503, and its next push is exchanged', async () => {
    const component = await startWithFlakyStore();
    const code = accounts.simulator.api.authorize('wxfirst');
    const webhook = createWebhook({ ...account, logger: recorder() }, component.handlers);
    const push = wire.pushed(
      account,
      wire.push('authorized', {
        AuthorizerAppid: 'wxfirst',
        AuthorizationCode: code,
        AuthorizationCodeExpiredTime: 1_700_000_600,
        PreAuthCode: 'pre-1',
      }),
    );
    isAway = true;
    expect(await webhook.handle(push)).toMatchObject({ status: 503 });
    expect(await catchError(component.authorize(code))).toMatchObject({ code: 'WECHAT_STORE' });
    expect(accounts.countExchanges()).toBe(0);
    isAway = false;
    expect(await webhook.handle(push)).toMatchObject({ status: 200, body: 'success' });
    await component.authorizer('wxfirst').menu.get();
    expect(accounts.countExchanges()).toBe(1);
  });

  it('is exchanged once when the store goes away meanwhile, and kept by the next try', async () => {
    const component = await startWithFlakyStore();
    const code = accounts.simulator.api.authorize('wxfirst');
    goesAway = true;
    await pushCode(component, 'authorized', code, [503, 'Service Unavailable']);
    goesAway = false;
    await pushCode(component, 'authorized', code, [503, 'Service Unavailable']);
    isAway = false;
    await pushCode(component, 'authorized', code);
    await component.authorizer('wxfirst').menu.get();
    // In every process, and the same answer for who comes with the code later.
    const other = await startProcess();
    await other.authorizer('wxfirst').menu.get();
    expect(await other.authorize(code)).toEqual(await component.authorize(code));
    expect(accounts.countExchanges()).toBe(1);
    expect(accounts.listRefreshTokens()).toEqual([]);
  });
});

describe('a refresh token that the program gives', () => {
  it.each(APPIDS)('wins over the one that is known of %s, and is kept', async (appid) => {
    const component = await startProcess();
    await component.authorize(accounts.simulator.api.authorize(appid));
    // Another program has the account authorize again, which ends the known refresh token.
    const refreshToken = await accounts.exchange(accounts.simulator.api.authorize(appid));
    await component.authorizer(appid, { refreshToken }).menu.get();
    expect(accounts.listRefreshTokens()).toEqual([refreshToken]);

    const other = await startProcess();
    accounts.simulator.api.expireTokens();
    await other.authorizer(appid).menu.get();
    expect(accounts.listRefreshTokens()).toEqual([refreshToken, refreshToken]);
  });

  it('is not fetched again when it is given with each call', async () => {
    const component = await startProcess();
    const refreshToken = await accounts.exchange(accounts.simulator.api.authorize('wxfirst'));
    for (const process of [component, component, await startProcess()]) {
      await process.authorizer('wxfirst', { refreshToken }).menu.get();
    }
    expect(accounts.listRefreshTokens()).toEqual([refreshToken]);
  });

  it.each([1, 2])('may be %i exchange older than the one that is known', async (behind) => {
    const component = await startProcess();
    const old = await accounts.exchange(accounts.simulator.api.authorize('wxfirst'));
    let newest = old;
    for (let n = 0; n < behind; n += 1) {
      const info = await component.authorize(accounts.simulator.api.authorize('wxfirst'));
      newest = info.authorizer_refresh_token as string;
    }
    const restarted = await startProcess();
    for (const process of [restarted, restarted, await startProcess()]) {
      await process.authorizer('wxfirst', { refreshToken: old }).menu.get();
    }
    expect(accounts.listRefreshTokens()).toEqual([old, newest]);
  });

  it('that was kept by a machine whose clock is late is found all the same', async () => {
    const [late, other] = [await startProcess(), await startProcess()];
    await other.authorize(accounts.simulator.api.authorize('wxfirst'));
    await other.authorizer('wxfirst').menu.get();
    const info = await late.authorize(accounts.simulator.api.authorize('wxfirst'));
    const key = `${late.componentAppid}:wxfirst`;
    const kept = (await tokens.get(key)) as Token;
    const lock = (await tokens.lock(key, 1000)) as number;
    await tokens.set(key, { ...kept, since: kept.since - 60_000 }, lock);
    accounts.simulator.api.expireTokens();
    await other.authorizer('wxfirst').menu.get();
    expect(accounts.listRefreshTokens().at(-1)).toBe(info.authorizer_refresh_token);
    expect(await tokens.get(key)).toMatchObject({ refreshToken: info.authorizer_refresh_token });
  });

  it('that is given before a new authorization does not undo it', async () => {
    const component = await startProcess();
    const old = await accounts.exchange(accounts.simulator.api.authorize('wxfirst'));
    const client = component.authorizer('wxfirst', { refreshToken: old });
    await component.authorize(accounts.simulator.api.authorize('wxfirst'));
    await client.menu.get();
    await component.authorizer('wxfirst', { refreshToken: old }).menu.get();
    expect(accounts.listRefreshTokens()).toEqual([]);
  });

  it('that is wrong is refused where none is known, and `""` is none', async () => {
    const component = await startProcess();
    await accounts.exchange(accounts.simulator.api.authorize('wxfirst'));
    const wrong = component.authorizer('wxfirst', { refreshToken: 'refresh-0' });
    expect(await catchError(wrong.menu.get())).toMatchObject({ errcode: 61023 });
    await component.authorize(accounts.simulator.api.authorize('wxfirst'));
    await component.authorizer('wxfirst', { refreshToken: '' }).menu.get();
    expect(accounts.listRefreshTokens()).toEqual(['refresh-0']);
  });
});
