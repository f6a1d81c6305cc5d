/** How the chat page looks and reads, in both widths and both themes, and by keyboard. */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reply } from '@wechat-mp/core';
import type { Page } from 'playwright-core';
import { openChat, openTab, PICTURE, serveChat } from '../../support/page-chat.ts';

const FOLDER = fileURLToPath(new URL('../../../.cache/screenshots', import.meta.url));
mkdirSync(FOLDER, { recursive: true });
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';

const REPLIES = {
  你好: '你好！欢迎关注城市漫步 [微笑]\n回复“路线”看今天的推荐，或者点<a href="https://example.com/">这里</a>。',
  路线: [
    {
      title: '春日里的城市漫步指南',
      description: '一条从江边到老街的路线，走完要三个小时。',
      picUrl: 'https://example.com/river.jpg',
      url: 'https://example.com/river',
    },
  ],
  音乐: reply.music('https://example.com/a.mp3', { title: '夜曲', description: '周末的一首歌' }),
  语音: reply.voice('voice'),
  图片: reply.image('picture'),
  客服: reply.transferToCustomerService(),
};

const BOT = {
  text: ({ content }: { content: string }) => REPLIES[content as keyof typeof REPLIES],
  'event:click': () =>
    ['第一篇：江边的早晨', '第二篇：老街的午后', '第三篇：山上的日落'].map((title) => ({
      title,
      picUrl: 'https://example.com/a.jpg',
      url: 'https://example.com/',
    })),
};

const MENU = [
  { name: '今日路线', type: 'click', key: 'TODAY' },
  {
    name: '服务',
    sub_button: [
      { name: '我的订单', type: 'click', key: 'ORDERS' },
      { name: '官网', type: 'view', url: 'https://example.com/' },
      { name: '扫一扫', type: 'scancode_waitmsg', key: 'SCAN' },
    ],
  },
  { name: '关于', type: 'view', url: 'https://example.com/about' },
];

const TEMPLATE = {
  title: '订单发货通知',
  content:
    '您好，您的订单已发货\n订单号：{{character_string1.DATA}}\n商品：{{thing2.DATA}}\n备注：{{thing3.DATA}}',
};

/** A page on which everything has happened once. */
async function serveFull() {
  const served = await serveChat(BOT, { key: KEY, users: ['小明', 'alice', 'bob'] });
  const { simulator, client } = served;
  const media = { filename: 'a.png', at: 0, isPermanent: true, bytes: PICTURE };
  simulator.state.media['picture'] = { type: 'image', contentType: 'image/png', ...media };
  simulator.state.menu = { button: MENU };
  simulator.state.templates['t1'] = TEMPLATE;
  const ming = simulator.user('小明');
  const order = { character_string1: '2026112300', thing2: '一本书', thing3: '三天内送达' };
  const url = 'https://example.com/order';
  await client.message.template.send(ming.openid, 't1', order, { url });
  await client.message.custom.send(ming.openid, '你好').catch(() => {});
  await ming.sendLocation({ latitude: 31.2, longitude: 121.5, label: '外滩' });
  await ming.sendVoice();
  for (const content of Object.keys(REPLIES)) await ming.sendText(content);
  await ming.clickMenu('TODAY');
  simulator.faults = { breakSignature: true };
  await ming.sendText('有人吗？');
  simulator.faults = {};
  return served;
}

/** Returns axe's findings about the page, or a part of it. */
async function findViolations(tab: Page, part = 'html'): Promise<string[]> {
  const options = JSON.stringify({ resultTypes: ['violations'] });
  return await tab.evaluate<string[]>(`axe.run('${part}', ${options}).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ target, any }) => target + ' ' + (any[0]?.message ?? '')).join(', ')))`);
}

describe('everyone can read it', () => {
  let served: Awaited<ReturnType<typeof serveFull>>;

  beforeAll(async () => {
    served = await serveFull();
  });
  afterAll(() => served.close());

  it.each([
    ['light', 'zh-CN', 'zh'],
    ['dark', 'en-GB', 'en'],
  ] as const)('in %s colours, in %s, wide and narrow', async (colorScheme, locale, language) => {
    const tab = await openTab(served.url, { locale, colorScheme }, { script: AXE });
    const look = async (name: string, part?: string) => {
      expect(await findViolations(tab, part)).toEqual([]);
      await tab.screenshot({ path: `${FOLDER}/${name}-${colorScheme}-${language}.png` });
    };
    expect(await tab.locator('.line:not(.mine) .what, .wide').count()).toBe(7);
    await tab.locator('.entry.delivery summary').first().click();
    await tab.locator('.entry .body').waitFor();
    // So high that all of the conversation is in sight.
    await tab.setViewportSize({ width: 1440, height: 2400 });
    expect(await tab.evaluate("document.getElementById('talks').scrollTop")).toBe(0);
    await look('1440');
    await tab.setViewportSize({ width: 1440, height: 900 });
    await tab.locator('#more').click();
    await tab.locator('.tiles button').nth(3).click();
    await look('1440-dialog', '#dialog');
    await tab.keyboard.press('Escape');
    await tab.setViewportSize({ width: 390, height: 844 });
    await tab.locator('#emoji').click();
    await look('390-emoji');
    await tab.locator('#to-menu').click();
    await tab.locator('#account-menu [aria-expanded]').click();
    await look('390-menu', '#composer');
    for (const view of ['people', 'log']) {
      await tab.locator(`[data-show=${view}]`).click();
      await look(`390-${view}`, `.${view}`);
    }
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });
});

describe('it', () => {
  it('changes its language and its colours, and remembers both', async () => {
    const { tab } = await openChat(() => null);
    await tab.getByRole('button', { name: '中文' }).click();
    await tab.getByRole('button', { name: '添加用户' }).waitFor();
    expect(await tab.locator('html').getAttribute('lang')).toBe('zh-CN');
    await tab.getByRole('button', { name: '颜色：跟随系统' }).click();
    await tab.getByRole('button', { name: '颜色：浅色' }).click();
    await tab.reload();
    await tab.getByRole('button', { name: '颜色：深色' }).waitFor();
    expect(await tab.locator('body').getAttribute('data-theme')).toBe('dark');
  });

  it('is used with the keyboard alone', async () => {
    const { tab, chat } = await openChat({ text: ({ content }) => `got ${content}` });
    const press = async (...keys: string[]) => {
      for (const key of keys) await tab.keyboard.press(key);
    };
    const focused = () =>
      tab.evaluate<string>(
        "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()",
      );
    // The first stop leads to the message box.
    await press('Tab');
    expect(await focused()).toBe('Skip to the message box');
    await press('Enter');
    expect(await focused()).toBe('Message');
    await tab.keyboard.type('hi');
    await press('Enter');
    await chat.theirs.getByText('got hi').waitFor();
    expect(await focused()).toBe('Message');
    await press('Tab', 'Enter');
    expect(await focused()).toBe('[微笑]');
    await press('Escape');
    expect(await focused()).toBe('Emoji');
    await press('Tab', 'Enter', 'Tab', 'Tab', 'Tab', 'Enter');
    expect(await focused()).toBe('');
    await press('Enter');
    await chat.theirs.getByText('got ').nth(0).waitFor();
    await chat.mine.locator('.place').waitFor();
    expect(await focused()).toBe('Message');
    // What has the focus can be seen.
    const width = await chat.box.evaluate('getComputedStyle(document.activeElement).outlineWidth');
    expect(width).toBe('2px');
  });
});
