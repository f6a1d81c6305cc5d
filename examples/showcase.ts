// The bot of `npm run demo`: a little of everything that a bot may do.
import { setTimeout as pause } from 'node:timers/promises';
import { chat } from '@wechat-mp/ai';
import { type Article, Router, reply } from '@wechat-mp/core';
import type { OfficialClient } from '@wechat-mp/core/official';
import { streamDemoModel } from './demo-model.ts';

const HELP = `你好！试试看：
“新闻”图文消息
“计数”会记住你的对话
“12”想 12 秒再回答
“20”想 20 秒，答案自己送到
“模板”一条模板消息
“模型 你好”边想边说的语言模型
也可以发图片、语音、视频、位置、链接，或点下面的菜单。
其他的话，我会<a href="https://example.com/echo">重复一遍</a>。`;

const NEWS: Article[] = [
  {
    title: '第一条新闻标题',
    description: '点开看看',
    picUrl: 'https://example.com/first.jpg',
    url: 'https://example.com/first',
  },
  { title: '第二条新闻标题', url: 'https://example.com/second' },
  { title: '第三条新闻标题', url: 'https://example.com/third' },
];

/** The one-time setup by the account's owner. */
export async function setUp(client: OfficialClient): Promise<void> {
  await client.menu.create({
    button: [
      { type: 'click', name: '今日新闻', key: 'NEWS' },
      {
        name: '慢回答',
        sub_button: [
          { type: 'click', name: '想 12 秒', key: 'SLOW' },
          { type: 'click', name: '想 20 秒', key: 'LATE' },
          { type: 'click', name: '语言模型', key: 'MODEL' },
        ],
      },
      {
        name: '更多',
        sub_button: [
          { type: 'click', name: '模板消息', key: 'TEMPLATE' },
          { type: 'location_select', name: '我在哪里', key: 'PLACE' },
          { type: 'view', name: '网站', url: 'https://example.com/' },
        ],
      },
    ],
  });
}

/** Answers after a number of seconds, in the delivery that is open then, or by a pushed message. */
async function think(seconds: number): Promise<string> {
  await pause(seconds * 1000);
  return `想了 ${seconds} 秒：答案是 42`;
}

/** `template` is the id of a template of the account: {{order.DATA}}, {{state.DATA}}. */
export function createShowcase(client: OfficialClient, template: string): Router {
  const sendTemplate = async (openid: string) => {
    await client.message.template.send({
      touser: openid,
      template_id: template,
      url: 'https://example.com/orders/1',
      data: { order: { value: '20261123-1' }, state: { value: '已发货' } },
    });
  };
  const model: Parameters<typeof chat>[0]['model'] = (messages, { signal }) =>
    streamDemoModel(messages, signal);
  return new Router()
    .text(/^(帮助|help|[?？])$/i, () => HELP)
    .text('新闻', () => NEWS.slice(0, 1))
    .text('计数', (_, { context }) => {
      const count = context.get('count', 0) + 1;
      context.set('count', count);
      return `这是你第 ${count} 次让我计数`;
    })
    .text(/^(\d{1,2})$/, (_, { match }) => think(Number(match[1])))
    .text('模板', ({ source }) => sendTemplate(source))
    .text(
      /^模型/,
      chat<'text'>({ model, input: ({ content }) => content.replace(/^模型\s*/, '') || '你好' }),
    )
    .text('/reset', chat({ model }))
    .on('text', ({ content }) => `你说：${content}`)
    .on('image', ({ mediaId }) => reply.image(mediaId))
    .on('voice', ({ recognition, mediaId }) => recognition || reply.voice(mediaId))
    .on(['video', 'shortvideo'], ({ mediaId }) => reply.video(mediaId, { title: '你的视频' }))
    .on('location', ({ label, location }) => `你在${label || location.join('，')}`)
    .on('link', ({ title }) => `收到链接《${title}》`)
    .event('click', 'NEWS', () => NEWS)
    .event('click', 'SLOW', () => think(12))
    .event('click', 'LATE', () => think(20))
    .event('click', 'MODEL', chat<'event:click'>({ model, input: () => '你是谁？' }))
    .event('click', 'TEMPLATE', ({ source }) => sendTemplate(source))
    .on('event:subscribe', ({ scene }) =>
      scene ? `欢迎！你来自“${scene}”` : '欢迎关注！回复“帮助”看看我会什么。',
    );
}
