/** Logging in to web pages: every framework, over sockets, with a browser and WeChat's side. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { OAuthOptions } from '@wechat-mp/core';
import { Browser, type Page } from '../support/browser.ts';
import { closeServers } from '../support/http.ts';
import { closePlatforms, profile, startOAuthPlatform } from '../support/oauth-platform.ts';
import {
  base,
  frameworks,
  full,
  OWN_COOKIE,
  openWorld,
  secret,
  shown,
} from '../support/oauth-world.ts';

afterAll(closeServers);
afterAll(closePlatforms);

const seconds = 1000;

describe.each(Object.entries(frameworks))('%s', (_name, start) => {
  const begin = (options?: Partial<OAuthOptions>, handlesErrors?: boolean) =>
    openWorld(start, options, handlesErrors);

  describe('a browser that is not known', () => {
    it('goes through the login once, and is shown the page that it asked for', async () => {
      const { origin, browser, platform } = await begin();
      const pages = await browser.follow(`${origin}/shop/a?b=1&code=own&c=%E4%BD%A0`);
      expect(pages.map(({ status }) => status)).toEqual([302, 302, 302, 200]);
      const wanted = { user: base, url: '/shop/a?b=1&code=own&c=%E4%BD%A0' };
      expect(shown(pages.at(-1) as Page)).toEqual(wanted);
      expect(shown(await browser.ask(`${origin}/shop`))).toEqual({ user: base, url: '/shop' });
      expect(platform.calls).toMatchObject([{ path: '/sns/oauth2/access_token', errcode: 0 }]);
    });

    it('passes nothing of the query to the platform, and caches nothing', async () => {
      const { origin, browser } = await begin();
      const [first, , third] = await browser.follow(`${origin}/shop/a?private=1`);
      const query = new URL(first?.location as string).searchParams;
      expect(query.get('redirect_uri')).toBe(`${origin}/shop/a`);
      expect(query.get('state')).toMatch(/^[a-zA-Z0-9]{32,128}$/);
      for (const page of [first, third]) expect(page?.headers['cache-control']).toBe('no-store');
    });

    it('gets cookies that scripts cannot read, beside those of the app', async () => {
      const { origin, browser } = await begin();
      const [first, , third] = (await browser.follow(`${origin}/shop`)) as [Page, Page, Page];
      const attributes = '; Path=/; HttpOnly; SameSite=Lax';
      const ending = attributes.replaceAll('/', '\\/');
      expect(first.setCookies).toEqual([
        OWN_COOKIE,
        expect.stringMatching(
          new RegExp(`^wechat_user_login_[0-9a-f]{16}=[\\w.-]+; Max-Age=600${ending}$`),
        ),
      ]);
      expect(third.setCookies).toEqual([
        OWN_COOKIE,
        expect.stringMatching(new RegExp(`^wechat_user=[\\w.-]+; Max-Age=7200${ending}$`)),
        expect.stringMatching(
          new RegExp(`^wechat_user_login_\\w{16}=[\\w.-]+; Max-Age=600${ending}$`),
        ),
      ]);
    });

    it('is shown name and picture with snsapi_userinfo', async () => {
      const { origin, browser, platform } = await begin({ scope: 'snsapi_userinfo', lang: 'en' });
      expect(shown(await browser.open(`${origin}/shop`)).user).toEqual(full);
      expect(platform.calls.map(({ path, lang }) => [path, lang])).toEqual([
        ['/sns/oauth2/access_token', null],
        ['/sns/userinfo', 'en'],
      ]);
    });

    it('is marked as a snapshot’s', async () => {
      const { origin, browser, platform } = await begin();
      platform.isSnapshot = true;
      const { user } = shown(await browser.open(`${origin}/shop`));
      expect(user).toEqual({ ...base, isSnapshotUser: true });
      expect(browser.lines.join()).toMatch(/wechat_user=\S+; Max-Age=300;/);
    });

    it('is asked with forcePopup when the app wants it', async () => {
      const { origin, browser } = await begin({ forcePopup: true });
      const { location } = await browser.ask(`${origin}/shop`);
      expect(location).toMatch(/&forcePopup=true$/);
    });

    it('leaves the other pages alone', async () => {
      const { origin, browser } = await begin();
      expect((await browser.ask(`${origin}/open`)).body).toBe('open to all');
    });

    it('can ask with HEAD', async () => {
      const { origin, browser } = await begin();
      const page = await browser.ask(`${origin}/shop`, { method: 'HEAD' });
      expect(page).toMatchObject({ status: 302, body: '' });
      expect(page.setCookies).toHaveLength(2);
    });
  });

  describe('a browser that comes back', () => {
    it('may have several tabs, which end in any order', async () => {
      const { browser, platform, comeBack } = await begin();
      const backs = [
        await comeBack('/shop/1?a=1'),
        await comeBack('/shop/2'),
        await comeBack('/shop/3'),
      ];
      const pages = [];
      for (const back of backs.toReversed()) pages.push(await browser.open(back));
      expect(pages.map((page) => shown(page).url)).toEqual(['/shop/3', '/shop/2', '/shop/1?a=1']);
      expect(pages.map((page) => shown(page).user)).toEqual([base, base, base]);
      expect(platform.calls).toHaveLength(1);
    });

    it.each(['/shop/order?id=5', '/shop/a?b=1&code=own&c=%E4%BD%A0'])(
      'can load that address again and is led to %s each time, by one exchange',
      async (address) => {
        const { browser, platform, comeBack } = await begin();
        const back = await comeBack(address);
        for (let time = 0; time < 3; time += 1) {
          const page = await browser.open(back);
          expect(shown(page)).toEqual({ user: base, url: address });
        }
        expect(platform.calls).toHaveLength(1);
      },
    );

    it('can load that address again at another process', async () => {
      const { browser, jar, platform, comeBack } = await begin();
      const back = await comeBack('/shop/order?id=5');
      await browser.open(back);
      const other = await start({ client: platform.client, secret, trustHost: true }, undefined);
      browser.jars.set(new URL(other).host, jar);
      const page = await browser.open(back.replace(new URL(back).origin, other));
      expect(shown(page)).toEqual({ user: base, url: '/shop/order?id=5' });
      expect(platform.calls).toHaveLength(1);
    });

    it('after logging out logs in by a code of its own, not by that address', async () => {
      const { browser, jar, platform, comeBack } = await begin();
      const back = await comeBack('/shop/order?id=5');
      await browser.open(back);
      jar.delete('wechat_user');
      platform.answer = 'deny';
      expect((await browser.open(back)).body).toBe('refused: denied');
      platform.answer = 'agree';
      expect(shown(await browser.open(back))).toEqual({ user: base, url: '/shop/order?id=5' });
      expect(platform.calls).toHaveLength(2);
    });

    it('can ask twice at once', async () => {
      const { browser, platform, comeBack } = await begin();
      const back = await comeBack('/shop/a?b=1');
      const pages = await Promise.all([browser.open(back), browser.open(back)]);
      expect(pages.map(shown)).toEqual(Array(2).fill({ user: base, url: '/shop/a?b=1' }));
      expect(platform.calls).toHaveLength(1);
    });

    it('with a code that is too old gets another one', async () => {
      const { browser, platform, comeBack } = await begin();
      const back = await comeBack('/shop/a?b=1');
      await platform.expireCodes();
      expect(shown(await browser.open(back))).toEqual({ user: base, url: '/shop/a?b=1' });
      expect(platform.calls.map(({ errcode }) => errcode)).toEqual([42003, 0]);
    });
  });

  describe('a signed-in user', () => {
    it('is asked again when maxAge is over, even if the browser keeps the cookie', async () => {
      const { origin, browser, clock } = await begin({ cookie: { maxAge: 60 } });
      await browser.open(`${origin}/shop`);
      clock.ms += 59 * seconds;
      expect((await browser.ask(`${origin}/shop`)).status).toBe(200);
      clock.ms += 1 * seconds;
      expect((await browser.ask(`${origin}/shop`)).status).toBe(302);
    });

    it('may POST, and have a code and a state that are not the login’s', async () => {
      const { origin, browser } = await begin();
      await browser.open(`${origin}/shop`);
      const posted = await browser.ask(`${origin}/shop`, { method: 'POST' });
      expect(shown(posted).user).toEqual(base);
      const other = '/shop/github?code=1&state=2';
      expect(shown(await browser.ask(`${origin}${other}`)).url).toBe(other);
    });

    it('does not have the tokens anywhere', async () => {
      const { jar, origin, browser, platform, errors } = await begin({ scope: 'snsapi_userinfo' });
      const pages = await browser.follow(`${origin}/shop`);
      const kept = [...jar.values()];
      const seen = [
        ...kept,
        ...browser.lines,
        ...pages.map(({ body }) => body),
        ...errors.map(String),
      ];
      const plain = seen.flatMap((text) => [text, ...text.split(/[=.;]/).map(decode)]).join('\n');
      expect(plain).toContain(profile.openid);
      // The code, the token and the one to refresh it.
      expect(platform.secrets).toHaveLength(3);
      for (const one of [...platform.secrets, secret]) expect(plain).not.toContain(one);
    });
  });

  it.each<[string, Record<string, string>]>([
    ['of WeChat on Android', { 'x-requested-with': 'com.tencent.mm' }],
    ['that says so', { accept: '*/*', 'sec-fetch-dest': 'document' }],
    ['of a plain client', { accept: '*/*' }],
  ])('a navigation %s is redirected', async (_what, headers) => {
    const { origin, browser } = await begin();
    expect((await browser.ask(`${origin}/shop`, { headers })).status).toBe(302);
  });

  it.each([
    '/shop//evil.example/',
    '/shop/%00',
    '/shop/%2f%2fevil.example',
    '/shop/@evil.example',
    '/shop?next=//evil.example&a=%0d%0aSet-Cookie:%20a=b',
    '/shop?state=CA',
    '/shop?state=1&state=2',
    '/shop?code=own',
  ])('%s leads back to this site, unchanged', async (address) => {
    const { origin, browser } = await begin();
    const pages = await browser.follow(`${origin}${address}`);
    const sites = pages.map((page) => new URL(page.address).origin);
    expect(sites).toEqual([origin, expect.any(String), origin, origin]);
    expect(pages.at(-1)).toMatchObject({ status: 200, address: `${origin}${address}` });
  });

  it('makes no slashes of backslashes', async () => {
    const { origin, browser } = await begin();
    const page = await browser.open(`${origin}/shop/\\evil.example`);
    expect(page).toMatchObject({ status: 200, address: `${origin}/shop/%5Cevil.example` });
  });

  it('keeps the room of its cookies, however often a login is begun', async () => {
    const { jar, origin, browser, platform } = await begin();
    for (let n = 0; n < 30; n++) await browser.ask(`${origin}/shop?n=${n}&${'x'.repeat(n * 20)}`);
    expect([...jar].join('; ').length).toBeLessThan(6000);
    expect(shown(await browser.open(`${origin}/shop/last`)).url).toBe('/shop/last');
    expect(platform.calls).toHaveLength(1);
  });

  it('asks for more when the page needs more', async () => {
    const platform = await startOAuthPlatform();
    const given = { client: platform.client, secret };
    const browser = new Browser();
    const origin = await start({ ...given, trustHost: true }, undefined);
    await browser.open(`${origin}/shop`);
    const other = await start({ ...given, trustHost: true, scope: 'snsapi_userinfo' }, undefined);
    // Cookies do not tell one port from another.
    browser.jars.set(new URL(other).host, browser.jar(new URL(origin).host));
    expect(shown(await browser.open(`${other}/shop`)).user).toEqual(full);
    expect(shown(await browser.open(`${origin}/shop`)).user).toEqual(full);
    expect(platform.calls).toHaveLength(3);
  });

  it('takes the site’s address from baseUrl, whatever the Host header says', async () => {
    const { origin, browser } = await begin({
      trustHost: false,
      baseUrl: 'https://shop.example.com/app/',
    });
    const headers = { host: 'evil.example' };
    const { location, setCookies } = await browser.ask(`${origin}/shop//x?a=1`, { headers });
    const target = new URL(location as string).searchParams.get('redirect_uri');
    expect(target).toBe('https://shop.example.com/app/shop//x');
    expect(setCookies.at(-1)).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
  });
});

function decode(text: string): string {
  return Buffer.from(text, 'base64url').toString();
}
