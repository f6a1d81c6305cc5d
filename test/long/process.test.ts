/** The examples as processes of their own: they answer, and nothing that is sent ends them. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type HttpAnswer, type Sent, send } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { accounts } from '../tables/deliveries.ts';
import { hostileBodies } from '../tables/hostile-bodies.ts';

const { token } = accounts.plain;
const account = { token };
const names = ['express', 'koa', 'fastify', 'no-framework', 'route', 'accounts'] as const;

/** Where they differ: the path, the query that chooses an account, and what they say. */
const answers = { route: 'You said: wechat' } as Record<string, string>;
const environment = { PORT: '0', WECHAT_TOKEN: token, SHOP_TOKEN: token };

let child: ChildProcessByStdio<null, Readable, Readable> | undefined;
let output = '';

async function start(example: string): Promise<string> {
  const flags = ['--conditions=@wechat-mp/source', '--import', 'tsx'];
  child = spawn(process.execPath, [...flags, `examples/${example}.ts`], {
    cwd: new URL('../..', import.meta.url),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  output = '';
  const listening = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const port = /listening.*?port: (\d+)/s.exec(output)?.[1];
      if (port) resolve(port);
    };
    child?.stdout.on('data', read);
    child?.stderr.on('data', read);
    child?.once('exit', () => reject(new Error(`examples/${example}.ts ended: ${output}`)));
  });
  return `http://localhost:${await listening}`;
}

afterEach(async () => {
  if (!child || child.exitCode !== null) return;
  child.kill();
  await once(child, 'exit');
});

const text = () => platform.plain(account, platform.userMessage('text', { Content: 'wechat' }));
const withAccount = (sent: Sent): Sent => ({ ...sent, query: { ...sent.query, account: 'shop' } });

async function expectAnswered(origin: string, example: string): Promise<void> {
  const answer = await send(`${origin}/wechat`, withAccount(text()));
  const read = platform.readAnswer(account, { method: 'POST', query: {} }, answer);
  expect(read).toMatchObject({ MsgType: 'text', Content: answers[example] ?? '^_^' });
}

const signed = platform.plain(account, '').query;
const post = (query: Sent['query'], body: string) => (origin: string) =>
  send(`${origin}/wechat`, withAccount({ method: 'POST', query, body }));

/** Milliseconds that the child has worked so far; on other systems than Linux, of the wall clock. */
function clock(): number {
  const file = `/proc/${child?.pid}/stat`;
  if (!existsSync(file)) return performance.now();
  const [, fields = ''] = readFileSync(file, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number) as [number, number];
  return (user + system) * 10;
}

/** What ends other libraries' processes. */
const attacks: Record<string, (origin: string) => Promise<HttpAnswer>> = {
  'unsigned aes': post({ encrypt_type: 'aes', msg_signature: 'x' }, '<xml><a>1</a></xml>'),
  'signed aes without msg_signature': post({ ...signed, encrypt_type: 'aes' }, '<xml/>'),
  'signed empty body': post(signed, ''),
  'signed blank body': post(signed, ' '),
  '100 000 levels': post(signed, '<a>'.repeat(1e5) + '</a>'.repeat(1e5)),
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
  it('answers, refuses what is bad, and stays alive', async () => {
    const origin = await start(example);
    await expectAnswered(origin, example);
    const statuses: (readonly [attack: string, status: number | string])[] = [];
    for (const [name, attack] of Object.entries(attacks)) {
      // One that ends the process shows as the error of its request.
      statuses.push([name, await attack(origin).then(({ status }) => status, String)]);
    }
    const refusals = new Set<number | string>([400, 401, 404]);
    expect(statuses.filter(([, status]) => !refusals.has(status))).toEqual([]);
    expect(child?.exitCode).toBeNull();
    await expectAnswered(origin, example);
    expect(output).not.toContain(token);
    expect(output).not.toMatch(/unhandled|uncaught/i);
  }, 30_000);

  // Here, because Jest's modules run several times slower than those of a process of their own. Where
  // it can be had, the time is the server's on the processor: other tests run beside this one.
  it('is done with every hostile body of 1 MiB within 100 ms', async () => {
    const origin = await start(example);
    await expectAnswered(origin, example);
    const slow: string[] = [];
    for (const { name, sent } of hostileBodies) {
      let best = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < 10 && best >= 100; attempt++) {
        const delivery = withAccount(sent());
        const started = clock();
        const { status } = await send(`${origin}/wechat`, delivery);
        best = Math.min(best, clock() - started);
        expect([200, 400]).toContain(status);
      }
      if (best >= 100) slow.push(`${name}: ${Math.round(best)} ms`);
    }
    expect(slow).toEqual([]);
  }, 30_000);
});
