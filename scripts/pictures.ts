// Writes docs/images/chat.png and chat.zh-CN.png: the chat page with a bot that answers.
// Run: node --conditions=@wechat-mp/source --import tsx scripts/pictures.ts
import { fileURLToPath } from 'node:url';
import { createWebhook, reply } from '@wechat-mp/core';
import { createSimulator, servePage } from '@wechat-mp/simulator';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.ts';

const TALKS = [
  {
    file: 'chat.png',
    locale: 'en-GB',
    title: 'City Walks',
    user: 'Alice',
    welcome: 'Welcome! Send “route” for today’s walk.',
    says: ['route', 'How long does it take?'],
    route: { title: 'From the river to the old town', description: 'Three hours, two tea houses.' },
    answer: 'About three hours, with a break for tea.',
  },
  {
    file: 'chat.zh-CN.png',
    locale: 'zh-CN',
    title: '城市漫步',
    user: '小明',
    welcome: '欢迎关注！回复“路线”看今天的推荐。',
    says: ['路线', '要走多久？'],
    route: { title: '从江边到老街', description: '三个小时，两家茶馆。' },
    answer: '大约三个小时，中途可以喝杯茶。',
  },
];

const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-background-networking'],
});
for (const talk of TALKS) await take(talk);
await browser.close();

async function take(talk: (typeof TALKS)[number]): Promise<void> {
  const webhook = createWebhook('TOKEN', {
    'event:subscribe': () => talk.welcome,
    text: ({ content }) =>
      content === talk.says[0]
        ? reply.news([{ ...talk.route, url: 'https://example.com' }])
        : talk.answer,
  });
  const simulator = await createSimulator({ target: webhook, token: 'TOKEN', title: talk.title });
  const page = await servePage({ simulator, target: 'http://localhost:3000/wechat' });
  const user = simulator.user(talk.user);
  await user.subscribe();
  for (const content of talk.says) await user.sendText(content);

  const tab = await browser.newPage({
    locale: talk.locale,
    colorScheme: 'light',
    viewport: { width: 1120, height: 620 },
  });
  await tab.goto(page.url);
  await tab.locator('.line:not(.mine)').nth(2).waitFor();
  await tab.locator('.entry.delivery summary').last().click();
  await tab.locator('.entry .body').first().waitFor();
  await tab.screenshot({
    path: fileURLToPath(new URL(`../docs/images/${talk.file}`, import.meta.url)),
  });
  await tab.close();
  await page.close();
  await simulator.close();
}
