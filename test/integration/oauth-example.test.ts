/** The example of a login as a process of its own, with a browser. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.ts';
import { bundlePrograms, startServer, stopPrograms } from '../support/programs.ts';

const example = 'examples/oauth.ts';
let origin: string;

beforeAll(async () => {
  await bundlePrograms(example);
  ({ origin } = await startServer(example));
});
afterAll(stopPrograms);

it('signs a browser in, and shows the user', async () => {
  const browser = new Browser();
  expect((await browser.ask(`${origin}/`)).status).toBe(200);
  const page = await browser.open(`${origin}/me?tab=1`);
  expect(JSON.parse(page.body)).toEqual({
    nickname: '小明',
    openid: 'o6_bmjrPTlm6',
    page: '/me?tab=1',
  });
});

it('answers a script that it must log in', async () => {
  const page = await new Browser().ask(`${origin}/me`, { headers: { accept: 'application/json' } });
  expect(page.status).toBe(401);
});
