/** The examples of logins by QR code, played by the simulator, with a browser. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.ts';
import { bundlePrograms, startServer, stopPrograms } from '../support/programs.ts';

const website = 'examples/scan-login.ts';
const scene = 'examples/scene-login.ts';

beforeAll(() => bundlePrograms(website, scene));
afterAll(stopPrograms);

describe('a website’s scan login', () => {
  let origin: string;
  beforeAll(async () => {
    ({ origin } = await startServer(website));
  });

  /** Goes to the page with the QR code; gives where each of its buttons leads. */
  async function showButtons(browser: Browser): Promise<Map<string, string>> {
    const page = await browser.open(`${origin}/me?tab=1`);
    const address = new URL(page.address);
    expect(address.pathname).toBe('/connect/qrconnect');
    const buttons = page.body.matchAll(/name="(\w+)" value="([^"]*)">([^<]*)<\/button>/g);
    return new Map(
      [...buttons].map(([, name = '', value = '', label = '']) => {
        const confirm = new URL(`/connect/qrconnect/confirm${address.search}`, address);
        confirm.searchParams.set(name, value);
        return [label, confirm.href];
      }),
    );
  }

  it.each(['小明', '小红'])('signs %s in, and shows the user', async (nickname) => {
    const browser = new Browser();
    const buttons = await showButtons(browser);
    const page = await browser.open(`${buttons.get(nickname)}`);
    expect(JSON.parse(page.body)).toEqual({
      nickname,
      openid: expect.stringMatching(/^o\S{20,}$/),
      unionid: expect.stringMatching(/^o\S{20,}$/),
      page: '/me?tab=1',
    });
  });

  it('refuses a user who refuses', async () => {
    const browser = new Browser();
    const buttons = await showButtons(browser);
    expect((await browser.open(`${buttons.get('Refuse')}`)).status).toBe(403);
  });
});

describe('a login by a QR code of the account', () => {
  it('shows the code, learns of the scan and logs the browser in', async () => {
    const { origin } = await startServer(scene);
    const browser = new Browser();
    const page = await browser.open(`${origin}/me`);
    expect(page.address).toBe(`${origin}/login`);
    const [, picture = ''] = /<img src="([^"]+)"/.exec(page.body) ?? [];
    const image = await fetch(picture);
    expect(image.headers.get('content-type')).toBe('image/gif');
    const ask = async () => JSON.parse((await browser.ask(`${origin}/login/state`)).body) as object;
    expect(await ask()).toEqual({ state: 'waiting' });

    const reply = JSON.parse((await browser.ask(`${origin}/pretend`)).body) as object;
    expect(reply).toMatchObject({ content: expect.stringContaining('You are logged in') });
    expect(await ask()).toEqual({ state: 'done' });
    const me = JSON.parse((await browser.open(`${origin}/me`)).body) as object;
    expect(me).toEqual({ openid: expect.stringMatching(/^o/), scope: 'snsapi_base' });

    const stranger = await new Browser().ask(`${origin}/me`);
    expect(stranger).toMatchObject({ status: 302, location: `${origin}/login` });
  });
});
