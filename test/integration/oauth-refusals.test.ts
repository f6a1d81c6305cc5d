/** Browsers that a login refuses, or asks again: every framework, over sockets. */
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { OAuthOptions } from '@wechat-mp/core';
import { Browser, type Page } from '../support/browser.ts';
import { closeServers } from '../support/http.ts';
import { closePlatforms } from '../support/oauth-platform.ts';
import { base, frameworks, openWorld, shown } from '../support/oauth-world.ts';

afterAll(closeServers);
afterAll(closePlatforms);

/** Whether a page says that the login refuses it for this reason. */
const isRefused = (page: Page, status: number, reason: string) =>
  expect({ status: page.status, body: page.body, location: page.location }).toEqual({
    status,
    body: `refused: ${reason}`,
    location: undefined,
  });
const isPending = (name: string) => name.startsWith('wechat_user_login_');
const withChanged = (address: string, name: string, value: string) => {
  const url = new URL(address);
  url.searchParams.set(name, value);
  return url.href;
};

describe.each(Object.entries(frameworks))('%s', (_name, start) => {
  const begin = (options?: Partial<OAuthOptions>, handlesErrors?: boolean) =>
    openWorld(start, options, handlesErrors);

  describe('a browser that comes back', () => {
    it('without a code has not agreed', async () => {
      const { origin, browser, platform, errors } = await begin();
      platform.answer = 'deny';
      isRefused(await browser.open(`${origin}/shop`), 403, 'denied');
      expect(errors).toMatchObject([{ name: 'OAuthError', code: 'WECHAT_OAUTH', statusCode: 403 }]);
    });

    it.each<[string, Partial<OAuthOptions>]>([
      ['/shop/order?id=5', {}],
      ['/shop', { scope: 'snsapi_userinfo' }],
    ])('to %s with authdeny in place of a code has not agreed', async (address, options) => {
      const { browser, platform, comeBack, errors } = await begin(options);
      platform.answer = 'authdeny';
      const back = await comeBack(address);
      expect(new URL(back).searchParams.get('code')).toBe('authdeny');
      isRefused(await browser.ask(back), 403, 'denied');
      isRefused(await browser.ask(back), 403, 'denied');
      expect(errors).toHaveLength(2);
      expect(platform.calls).toEqual([]);
    });

    const addresses: Record<string, (back: string) => string> = {
      'another state': (back) => withChanged(back, 'state', 'a'.repeat(64)),
      'a state of other length': (back) => withChanged(back, 'state', 'ab'),
      'an empty state': (back) => withChanged(back, 'state', ''),
      'a huge state': (back) => withChanged(back, 'state', 'a'.repeat(9000)),
      'a state with %00': (back) => `${back}%00`,
      'the state twice': (back) => `${back}&${/state=\w+/.exec(back)?.[0]}`,
      'two states': (back) => `${back}&state=other`,
      'an empty code': (back) => withChanged(back, 'code', ''),
      'a huge code': (back) => withChanged(back, 'code', 'a'.repeat(9000)),
      'two codes': (back) => `${back}&code=other`,
    };
    it.each(Object.entries(addresses))('with %s is refused', async (_what, change) => {
      const { browser, platform, comeBack } = await begin();
      const back = await comeBack('/shop');
      isRefused(await browser.ask(change(back)), 403, 'state');
      expect(platform.calls).toEqual([]);
    });

    const cookies: Record<string, (value: string) => string> = {
      changed: (value) => value.replace(/^.{9}/, 'AAAAAAAAA'),
      'wrongly signed': (value) => value.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      'cut short': (value) => value.slice(0, 20),
      empty: () => '',
    };
    it.each(Object.entries(cookies))(
      'with a cookie that is %s is refused',
      async (_what, change) => {
        const { jar, browser, platform, comeBack } = await begin();
        const back = await comeBack('/shop');
        for (const [name, value] of jar) jar.set(name, change(value));
        isRefused(await browser.ask(back), 403, 'state');
        expect(platform.calls).toEqual([]);
      },
    );

    it('without its cookie is refused', async () => {
      const { jar, browser, platform, comeBack } = await begin();
      const back = await comeBack('/shop');
      jar.clear();
      isRefused(await browser.ask(back), 403, 'state');
      expect(platform.calls).toEqual([]);
    });

    it('with the cookie of another login under that name is refused', async () => {
      const { jar, browser, platform, comeBack } = await begin();
      const back = await comeBack('/shop');
      const [name] = [...jar.keys()].filter(isPending);
      jar.clear();
      await comeBack('/shop');
      const [, other] = [...jar].find(([one]) => isPending(one)) as [string, string];
      jar.set(name as string, other);
      isRefused(await browser.ask(back), 403, 'state');
      expect(platform.calls).toEqual([]);
    });

    it('after ten minutes is refused', async () => {
      const { clock, browser, platform, comeBack } = await begin();
      const back = await comeBack('/shop');
      clock.ms += 600 * 1000;
      isRefused(await browser.ask(back), 403, 'state');
      expect(platform.calls).toEqual([]);
    });

    it('to a login that another browser began is refused', async () => {
      const { browser, platform, comeBack, origin } = await begin();
      const back = await comeBack('/shop');
      const victim = new Browser();
      isRefused(await victim.ask(back), 403, 'state');
      // Nor with a login under way of its own.
      await victim.ask(`${origin}/shop`);
      isRefused(await victim.ask(back), 403, 'state');
      expect(platform.calls).toEqual([]);
      expect(shown(await browser.open(back)).user).toEqual(base);
    });

    it('with a code that is no good, twice, is refused', async () => {
      const { origin, browser, platform } = await begin();
      platform.fail({ errcode: 40029, errmsg: 'invalid code' });
      isRefused(await browser.open(`${origin}/shop`), 403, 'code');
      expect(platform.calls).toHaveLength(2);
    });

    it.each<[string, (asks: (() => Promise<Page>)[]) => Promise<Page[]>]>([
      ['at once', (asks) => Promise.all(asks.map((ask) => ask()))],
      [
        'one after another',
        async (asks) => {
          const pages: Page[] = [];
          for (const ask of asks) pages.push(await ask());
          return pages;
        },
      ],
    ])('with 200 codes of its own making, %s, costs three calls', async (_when, send) => {
      const { browser, platform, jar, comeBack } = await begin();
      const back = await comeBack('/shop');
      const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
      const asks = Array.from({ length: 200 }, (_, number) => () => {
        const address = withChanged(back, 'code', `made-up-${number}`);
        return browser.ask(address, { isStranger: true, headers: { cookie } });
      });
      const pages = await send(asks);
      expect(platform.calls).toHaveLength(3);
      const refused = pages.filter(({ body }) => body === 'refused: state');
      expect(refused.map(({ status }) => status)).toEqual(Array(197).fill(403));
      // Another login of the same browser is not hindered.
      expect(shown(await browser.open(await comeBack('/shop/b'))).user).toEqual(base);
    });

    it.each<[string, number, string]>([
      ['a wrong secret', 40125, 'WeChat refused with 40125'],
      ['a busy system', -1, 'WeChat refused with -1'],
    ])('while the platform has %s says so', async (_what, errcode, said) => {
      const { origin, browser, platform, errors } = await begin();
      platform.fail({ errcode, errmsg: 'no' });
      isRefused(await browser.open(`${origin}/shop`), 502, 'platform');
      expect((errors[0] as Error).message).toContain(said);
      const told = inspect(errors, { depth: 9 });
      expect(platform.secrets.filter((one) => told.includes(one))).toEqual([]);
    });
  });

  describe('a signed-in user', () => {
    it.each<[string, (value: string) => string]>([
      ['changed', (value) => value.replace(/^.{9}/, 'AAAAAAAAA')],
      ['with another’s signature', (value) => value.replace(/[^.]+$/, '0'.repeat(64))],
      ['without a signature', (value) => value.replace(/\..*$/, '')],
      ['of three parts', (value) => `${value}.x`],
      ['empty', () => ''],
      ['no base64', () => '%00%ff'],
    ])('by a cookie that is %s is asked again', async (_what, change) => {
      const { jar, origin, browser } = await begin();
      await browser.open(`${origin}/shop`);
      jar.set('wechat_user', change(jar.get('wechat_user') as string));
      expect(await browser.ask(`${origin}/shop`)).toMatchObject({ status: 302 });
      expect(shown(await browser.open(`${origin}/shop`)).user).toEqual(base);
    });

    it('by the cookie of a login under way is asked', async () => {
      const { jar, origin, browser } = await begin();
      await browser.ask(`${origin}/shop`);
      const [pending] = [...jar].filter(([name]) => isPending(name));
      jar.set('wechat_user', pending?.[1] as string);
      expect((await browser.ask(`${origin}/shop`)).status).toBe(302);
    });
  });

  const quiet: Record<string, { method?: string; headers?: Record<string, string> }> = {
    'a POST': { method: 'POST' },
    'a DELETE': { method: 'DELETE' },
    'a fetch for JSON': { headers: { accept: 'application/json' } },
    'a fetch of axios': { headers: { accept: 'application/json, text/plain, */*' } },
    'a fetch of a browser': { headers: { accept: '*/*', 'sec-fetch-dest': 'empty' } },
    'a picture': { headers: { accept: 'image/webp,*/*', 'sec-fetch-dest': 'image' } },
    'an XMLHttpRequest': { headers: { accept: '*/*', 'x-requested-with': 'XMLHttpRequest' } },
  };
  it.each(Object.entries(quiet))('%s gets 401 and no redirect', async (_what, asking) => {
    const { origin, browser, comeBack, platform } = await begin();
    const page = await browser.ask(`${origin}/shop`, asking);
    isRefused(page, 401, 'unauthenticated');
    expect(page.setCookies.filter((line) => line.includes('wechat'))).toEqual([]);
    isRefused(await browser.ask(await comeBack('/shop'), asking), 401, 'unauthenticated');
    expect(platform.calls).toEqual([]);
  });

  it('refuses an address that does not fit into a cookie', async () => {
    const { origin, browser } = await begin();
    isRefused(await browser.ask(`${origin}/shop?a=${'b'.repeat(2000)}`), 400, 'address');
  });

  it('leaves an error to the framework’s own handling', async () => {
    const { origin, browser } = await begin({}, false);
    const statuses = [
      await browser.ask(`${origin}/shop?code=1&state=2`),
      await browser.ask(`${origin}/shop`, { method: 'POST' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([403, 401]);
  });
});
