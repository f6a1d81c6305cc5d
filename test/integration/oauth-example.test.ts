/** The example of a login as a process of its own, with a browser. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.ts';

let child: ChildProcess;
let origin: string;

beforeAll(async () => {
  const flags = ['--conditions=@wechat-mp/source', '--import', 'tsx'];
  child = spawn(process.execPath, [...flags, 'examples/oauth.ts'], {
    cwd: new URL('../..', import.meta.url),
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  origin = await new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      output += String(chunk);
      const port = /port: (\d+)/.exec(output)?.[1];
      if (port) resolve(`http://localhost:${port}`);
    });
    child.once('exit', () => reject(new Error(`the example ended: ${output}`)));
  });
}, 20_000);

afterAll(async () => {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
});

it('lets a browser in, and shows who it is', async () => {
  const browser = new Browser();
  expect((await browser.ask(`${origin}/`)).status).toBe(200);
  const page = await browser.open(`${origin}/me?tab=1`);
  expect(JSON.parse(page.body)).toEqual({
    nickname: '小明',
    openid: 'o6_bmjrPTlm6',
    page: '/me?tab=1',
  });
});

it('tells a script that it has to log in', async () => {
  const page = await new Browser().ask(`${origin}/me`, { headers: { accept: 'application/json' } });
  expect(page.status).toBe(401);
});
