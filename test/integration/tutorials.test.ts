/** The tutorials as processes of their own: what they print is what the classic SDK's had to show. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createWebhook, messageNames } from '@wechat-mp/core';
import { createSimulator } from '@wechat-mp/simulator';
import { bot } from '../../examples/bot.ts';
import { bundlePrograms, runProgram, stopPrograms } from '../support/programs.ts';

const [kinds, unofficial] = ['examples/kinds.ts', 'examples/unofficial.ts'] as const;
beforeAll(() => bundlePrograms(kinds, unofficial));
afterAll(stopPrograms);

it('one program distinguishes all kinds of messages', async () => {
  const { code, stdout, stderr } = await runProgram(kinds, {});
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.trim().split('\n');
  expect(lines.slice(0, 3)).toEqual([
    '扫码关注：海报',
    '文字：你好',
    '图片：https://example.com/a.jpg',
  ]);
  expect(lines[3]).toContain('今天天气');
  expect(lines[6]).toBe('位置：天安门，北纬 39.9，东经 116.4');
  expect(lines).toHaveLength(16);
  expect(stdout).not.toMatch(/没有回复|undefined|未知/);
});

it('and it knows every kind that the classic SDK had', () => {
  const source = readFileSync(new URL(`../../${kinds}`, import.meta.url), 'utf8');
  const cases = [...source.matchAll(/case '([\w:]+)'/g)].map(([, name]) => name as string);
  expect(messageNames).toEqual(expect.arrayContaining(cases));
  const classic = 'text image voice video shortvideo location link unknown'.split(' ');
  const events =
    'subscribe unsubscribe scan location click view scancode_push scancode_waitmsg pic_sysphoto pic_photo_or_album pic_weixin location_select templatesendjobfinish unknown';
  const all = [...classic, ...events.split(' ').map((name) => `event:${name}`)];
  expect(cases).toEqual(expect.arrayContaining(all));
});

it('another goes through users, groups, articles and a conversation of the back end', async () => {
  const { code, stdout, stderr } = await runProgram(unofficial, {});
  expect([code, stderr]).toEqual([0, '']);
  for (const word of ['分组 0', '用户 用户', '资料：中国', '图文 标题', '对话 ', '最近 5 条消息']) {
    expect(stdout).toContain(word);
  }
  expect(stdout).not.toMatch(/undefined|NaN/);
});

it('the small bot answers a text with one article and a menu with two, as WeChat shows them', async () => {
  const warnings: string[] = [];
  const quiet = () => {};
  const warn = (_: object, message: string) => void warnings.push(message);
  const logger = { error: warn, warn, info: quiet, debug: quiet };
  const webhook = createWebhook({ token: 'TOKEN', logger }, bot);
  const wechat = await createSimulator({ target: webhook, token: 'TOKEN' });
  const user = wechat.user('小明');
  const text = await user.sendText('新闻');
  const click = await user.send('event:click', { EventKey: 'NEWS' });
  await wechat.close();
  const count = ({ reply }: typeof text) => (reply?.type === 'news' ? reply.articles.length : 0);
  expect([count(text), count(click)]).toEqual([1, 2]);
  expect([text.problems, click.problems]).toEqual([[], []]);
  expect(warnings).toEqual([]);
});
