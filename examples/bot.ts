import { type Article, Router } from '@wechat-mp/core';

/** A small bot: the two of the classic tutorial, and a welcome for those who come by a QR code. */
export const bot: Router = new Router()
  .text('wechat', () => '^_^')
  // In answer to a text the platform shows one article, in answer to an event up to eight.
  .text('新闻', () => news.slice(0, 1))
  .event('click', 'NEWS', () => news)
  .on('text', () => '文字')
  .on('image', (message) => `图片 ${message.picUrl}`)
  .on('event:subscribe', ({ scene }) => (scene ? `欢迎！你来自“${scene}”` : '欢迎！'))
  .default(() => '未知');

const news: Article[] = [
  {
    title: '第一条新闻标题',
    description: '第一条新闻描述，这条新闻没有预览图',
    url: 'https://example.com/first',
  },
  {
    title: '第二条新闻标题，这条新闻无描述',
    picUrl: 'https://example.com/second.jpg',
    url: 'https://example.com/second',
  },
];
