/** The seed's example: a bot that counts the dialogue and quotes the last text, as programs. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { afterAll, expect, it } from '@jest/globals';
import { send } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { startRedis, stopRedis } from '../support/redis.ts';

const token = 'T0KEN';
const children = new Set<ChildProcessByStdio<null, Readable, null>>();
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await stopRedis();
});

async function start(example: string, environment: Record<string, string> = {}): Promise<string> {
  const flags = ['--conditions=@wechat-mp/source', '--import', 'tsx'];
  const child = spawn(process.execPath, [...flags, `examples/${example}.ts`], {
    cwd: new URL('../..', import.meta.url),
    env: { ...process.env, PORT: '0', WECHAT_TOKEN: token, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return `http://localhost:${/port: (\d+)/.exec(line.toString())?.[1]}/wechat`;
}

async function say(address: string, openid: string, fields: platform.WireFields): Promise<unknown> {
  const delivery = platform.plain({ token }, { ...fields, FromUserName: openid });
  const { body } = await send(address, delivery);
  return /<Content><!\[CDATA\[(.*?)]]>/s.exec(body)?.[1];
}
const text = (Content: string) => platform.userMessage('text', { Content });

it.each(['dialogue-express', 'dialogue-koa', 'dialogue-fastify'])(
  'examples/%s.ts',
  async (example) => {
    const address = await start(example);
    expect(await say(address, 'o1', text('你好'))).toBe('这是第 1 次对话');
    expect(await say(address, 'o1', text('再见'))).toBe('这是第 2 次对话，上一次对话文字：你好');
    expect(await say(address, 'o1', text('!'))).toBe('这是第 3 次对话，上一次对话文字：再见');
    expect(await say(address, 'o2', text('你好'))).toBe('这是第 1 次对话');
    const image = platform.userMessage('image', { PicUrl: 'https://example.com/a', MediaId: 'm' });
    expect(await say(address, 'o1', image)).toBe('错误的信息类型');
  },
  30_000,
);

it('two processes that share a Redis go on with each other’s dialogue', async () => {
  const { port } = await startRedis();
  const environment = { REDIS_URL: `redis://127.0.0.1:${port}` };
  const first = await start('dialogue-express', environment);
  const second = await start('dialogue-express', environment);
  expect(await say(first, 'o1', text('你好'))).toBe('这是第 1 次对话');
  expect(await say(second, 'o1', text('再见'))).toBe('这是第 2 次对话，上一次对话文字：你好');
}, 30_000);
