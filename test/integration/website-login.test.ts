/** The scan login of a website (网站应用): every framework, over sockets, by the simulator's page. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWebhook, type OAuthOptions } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { Browser } from '../support/browser.ts';
import { closeServers } from '../support/http.ts';
import { frameworks, secret, shown } from '../support/oauth-world.ts';

const EXCHANGE = '/sns/oauth2/access_token';
let simulator: Simulator;
let client: OfficialClient;

beforeAll(async () => {
  simulator = await createSimulator({ target: createWebhook('TOKEN'), token: 'TOKEN' });
  for (const name of ['小明', '小红']) simulator.user(name);
  client = new OfficialClient({ ...simulator.api.website, baseUrl: simulator.api.url });
});
afterAll(async () => {
  await simulator.close();
  await closeServers();
});

describe.each(Object.entries(frameworks))('%s', (_name, start) => {
  /** A browser that has come to the page with the QR code. */
  async function begin(address: string, more: Partial<OAuthOptions> = {}) {
    const options: OAuthOptions = {
      client,
      secret,
      trustHost: true,
      scope: 'snsapi_login',
      ...more,
    };
    const errors: unknown[] = [];
    const origin = await start(options, (error) => void errors.push(error));
    const browser = new Browser();
    const page = new URL((await browser.open(`${origin}${address}`)).address);
    const comeBack = async (choice: Record<string, string>) => {
      const query = new URLSearchParams([...page.searchParams, ...Object.entries(choice)]);
      const confirmed = await browser.ask(`${page.origin}${page.pathname}/confirm?${query}`);
      return confirmed.location as string;
    };
    return { browser, page, comeBack, errors };
  }
  const countExchanges = () => simulator.api.callsTo(EXCHANGE).length;

  it.each([
    ['小明', '/shop/order?id=5'],
    ['小红', '/shop?a=1&code=own'],
  ])(
    'who scans as %s is shown %s, also when the address is loaded again',
    async (name, address) => {
      const { browser, page, comeBack } = await begin(address);
      expect(page.pathname).toBe('/connect/qrconnect');
      expect(page.searchParams.get('appid')).toBe(simulator.api.website.appid);
      const before = countExchanges();
      const back = await comeBack({ openid: simulator.user(name).openid });
      for (let time = 0; time < 2; time += 1) {
        const { user, url } = shown(await browser.open(back));
        expect(url).toBe(address);
        expect(user).toMatchObject({ nickname: name, scope: 'snsapi_login' });
        expect(user).toHaveProperty('unionid');
      }
      expect(countExchanges()).toBe(before + 1);
    },
  );

  it('a user who refuses is denied, without a call to the platform', async () => {
    const { browser, comeBack, errors } = await begin('/shop/order?id=5');
    const before = countExchanges();
    const page = await browser.ask(await comeBack({ refuse: '1' }));
    expect(page).toMatchObject({ status: 403, body: 'refused: denied' });
    expect(errors).toMatchObject([{ reason: 'denied' }]);
    expect(countExchanges()).toBe(before);
  });

  it('the page speaks the language of the option', async () => {
    const { page } = await begin('/shop', { lang: 'en' });
    expect(page.searchParams.get('lang')).toBe('en');
  });
});
