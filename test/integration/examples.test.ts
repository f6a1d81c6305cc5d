/** The examples as processes of their own: they answer, and nothing that is sent ends them. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readBlocks } from '../../scripts/docs/blocks.ts';
import { type HttpAnswer, type Sent, send } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { bundlePrograms, startServer, stopPrograms } from '../support/programs.ts';
import { accounts } from '../tables/deliveries.ts';

const { token } = accounts.plain;
const account = { token };
const names = [
  'express',
  'koa',
  'fastify',
  'hono',
  'nest',
  'no-framework',
  'route',
  'accounts',
] as const;

/** The differences between the examples: the path, the query of an account, and the replies. */
const answers = { route: 'You said: wechat' } as Record<string, string>;

beforeAll(() => bundlePrograms(...names.map((name) => `examples/${name}.ts`)));
afterAll(stopPrograms);

const withAccount = (sent: Sent): Sent => ({ ...sent, query: { ...sent.query, account: 'shop' } });

async function expectAnswered(origin: string, example: string): Promise<void> {
  const text = platform.plain(account, platform.userMessage('text', { Content: 'wechat' }));
  const answer = await send(`${origin}/wechat`, withAccount(text));
  const read = platform.readAnswer(account, { method: 'POST', query: {} }, answer);
  expect(read).toMatchObject({ MsgType: 'text', Content: answers[example] ?? '^_^' });
}

const signed = platform.plain(account, '').query;
const post = (query: Sent['query'], body: string) => (origin: string) =>
  send(`${origin}/wechat`, withAccount({ method: 'POST', query, body }));

/** Requests that crash the processes of other libraries. */
const attacks: Record<string, (origin: string) => Promise<HttpAnswer>> = {
  'unsigned aes': post({ encrypt_type: 'aes', msg_signature: 'x' }, '<xml><a>1</a></xml>'),
  'signed aes without msg_signature': post({ ...signed, encrypt_type: 'aes' }, '<xml/>'),
  'signed empty body': post(signed, ''),
  'signed blank body': post(signed, ' '),
  '30 000 levels': post(signed, '<a>'.repeat(3e4) + '</a>'.repeat(3e4)),
  'an empty root': post(signed, '<xml></xml>'),
  'broken XML': post(signed, '<xml><MsgType>'),
  'repeated parameters': post({ ...signed, signature: [signed['signature'] ?? '', 'x'] }, '<xml/>'),
  'markup as echostr': (origin) =>
    send(`${origin}/wechat`, { method: 'GET', query: { echostr: '<script>' } }),
  'two slashes': (origin) => send(`${origin}//`, { method: 'GET', query: signed }),
  'broken percent signs': (origin) =>
    send(`${origin}/wechat?signature=%&timestamp=%zz&nonce=%c0%af`, {
      method: 'POST',
      query: {},
      body: 'x',
    }),
};

describe.each(names)('examples/%s.ts', (example) => {
  it('answers, refuses what is bad, stays alive, and ends by SIGTERM', async () => {
    const environment = { WECHAT_TOKEN: token, SHOP_TOKEN: token };
    const { child, origin, stdout, stderr } = await startServer(
      `examples/${example}.ts`,
      environment,
    );
    await expectAnswered(origin, example);
    const statuses: (readonly [attack: string, status: number | string])[] = [];
    for (const [name, attack] of Object.entries(attacks)) {
      // One that ends the process shows as the error of its request.
      statuses.push([name, await attack(origin).then(({ status }) => status, String)]);
    }
    const refusals = new Set<number | string>([400, 401, 404]);
    expect(statuses.filter(([, status]) => !refusals.has(status))).toEqual([]);
    expect(child.exitCode).toBeNull();
    await expectAnswered(origin, example);
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    const output = stdout() + stderr();
    expect(output).not.toContain(token);
    expect(output).not.toMatch(/unhandled|uncaught/i);
  });
});

it('no program on Express listens with a callback, which Express 5 also calls when it fails', () => {
  const root = new URL('../../', import.meta.url);
  const files = readdirSync(new URL('examples', root), { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(?:deploying\/)?[\w-]+\.ts$/.test(file))
    .map((file) => ({ page: file, text: readFileSync(new URL(`examples/${file}`, root), 'utf8') }));
  const programs = [...files, ...readBlocks()].filter(({ text }) => /from 'express'/.test(text));
  expect(programs.length).toBeGreaterThan(30);
  const careless = programs.filter(({ text }) => /\.listen\(.*=>/.test(text));
  expect(careless.map(({ page }) => page)).toEqual([]);
});
