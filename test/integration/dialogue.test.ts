/** The seed's example: a bot that counts the dialogue and quotes the last text, as programs. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { send } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { bundlePrograms, startServer, stopPrograms } from '../support/programs.ts';
import { startRedis, stopRedis } from '../support/redis.ts';

const token = 'T0KEN';
const examples = ['dialogue-express', 'dialogue-koa', 'dialogue-fastify'];

beforeAll(() => bundlePrograms(...[...examples, 'payment'].map((name) => `examples/${name}.ts`)));
afterAll(async () => {
  await stopPrograms();
  await stopRedis();
});

async function start(example: string, environment: Record<string, string> = {}): Promise<string> {
  const all = { WECHAT_TOKEN: token, ...environment };
  return `${(await startServer(`examples/${example}.ts`, all)).origin}/wechat`;
}

async function say(address: string, openid: string, fields: platform.WireFields): Promise<unknown> {
  const delivery = platform.plain({ token }, { ...fields, FromUserName: openid });
  const { body } = await send(address, delivery);
  return /<Content><!\[CDATA\[(.*?)]]>/s.exec(body)?.[1];
}
const text = (Content: string) => platform.userMessage('text', { Content });

it.each(examples)('examples/%s.ts', async (example) => {
  const address = await start(example);
  expect(await say(address, 'o1', text('你好'))).toBe('这是第 1 次对话');
  expect(await say(address, 'o1', text('再见'))).toBe('这是第 2 次对话，上一次对话文字：你好');
  expect(await say(address, 'o1', text('!'))).toBe('这是第 3 次对话，上一次对话文字：再见');
  expect(await say(address, 'o2', text('你好'))).toBe('这是第 1 次对话');
  const image = platform.userMessage('image', { PicUrl: 'https://example.com/a', MediaId: 'm' });
  expect(await say(address, 'o1', image)).toBe('错误的信息类型');
});

it('a conversation continues when the callback of a payment has changed it', async () => {
  const address = await start('payment');
  expect(await say(address, 'o1', text('?'))).toBe('还没有付款');
  for (const [openid, order] of [
    ['o1', 'A1'],
    ['o2', 'B2'],
  ] as const) {
    const body = JSON.stringify({ openid, order });
    const headers = { 'content-type': 'application/json' };
    const paid = await fetch(address.replace('/wechat', '/paid'), {
      method: 'POST',
      headers,
      body,
    });
    expect(await paid.json()).toEqual({ code: 'SUCCESS' });
    expect(await say(address, openid, text('?'))).toBe(`订单 ${order} 已付款`);
  }
});

it('two processes that share a Redis go on with each other’s dialogue', async () => {
  const { port } = await startRedis();
  const environment = { REDIS_URL: `redis://127.0.0.1:${port}` };
  const first = await start('dialogue-express', environment);
  const second = await start('dialogue-express', environment);
  expect(await say(first, 'o1', text('你好'))).toBe('这是第 1 次对话');
  expect(await say(second, 'o1', text('再见'))).toBe('这是第 2 次对话，上一次对话文字：你好');
});
