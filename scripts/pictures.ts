// Writes the pictures of the chat page in docs/images: with a bot that answers, in both languages; and
// an answer of a language model, as it comes and as @wechat-mp/ai formats it. Run: npm run pictures
import { fileURLToPath } from 'node:url';
import { chat } from '@wechat-mp/ai';
import { createWebhook, type Handlers, reply } from '@wechat-mp/core';
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

const QUESTION = '上海两天怎么玩？';
const ANSWER = `### 上海两日游
1. **第一天**：外滩、豫园
   - 上午看建筑，下午逛老街
2. **第二天**：武康路、博物馆

| 交通 | 价格 |
| --- | --- |
| 地铁 | 3～8 元 |
| 出租车 | 14 元起 |

详见[上海发布](https://example.com/shanghai)。

> 周一部分展馆闭馆。`;

const ANSWERS: readonly (readonly [file: string, handlers: Handlers])[] = [
  ['language-model-raw.png', { text: () => ANSWER }],
  ['language-model.png', { text: chat({ model: () => Promise.resolve(ANSWER) }) }],
];

const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-background-networking'],
});
for (const talk of TALKS) await takeTalk(talk);
for (const [file, handlers] of ANSWERS) await takeAnswer(file, handlers);
await browser.close();

async function takeTalk(talk: (typeof TALKS)[number]): Promise<void> {
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
  await tab.screenshot({ path: findPicture(talk.file) });
  await tab.close();
  await page.close();
  await simulator.close();
}

/** Takes a phone's picture of one answer. */
async function takeAnswer(file: string, handlers: Handlers): Promise<void> {
  const webhook = createWebhook('TOKEN', handlers);
  const simulator = await createSimulator({ target: webhook, token: 'TOKEN', title: '旅行助手' });
  const page = await servePage({ simulator, target: 'http://localhost:3000/wechat' });
  await simulator.user('小明').sendText(QUESTION);

  const tab = await browser.newPage({
    locale: 'zh-CN',
    colorScheme: 'light',
    viewport: { width: 400, height: 640 },
  });
  await tab.goto(page.url);
  await tab.locator('.line:not(.mine)').first().waitFor();
  await tab.screenshot({ path: findPicture(file) });
  await tab.close();
  await page.close();
  await simulator.close();
}

function findPicture(file: string): string {
  return fileURLToPath(new URL(`../docs/images/${file}`, import.meta.url));
}
