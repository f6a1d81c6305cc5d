import { readFileSync } from 'node:fs';

/** The sidebar: a heading in English and Chinese, and the pages below it. */
const SECTIONS: readonly (readonly [english: string, chinese: string, pages: readonly string[]])[] =
  [
    ['Getting started', '开始', ['index', 'express', 'koa', 'fastify', 'hosts', 'simulator']],
    [
      'Bots',
      '机器人',
      [
        'webhook',
        'messages',
        'replies',
        'router',
        'context',
        'reply-window',
        'language-models',
        'encryption',
        'accounts',
      ],
    ],
    [
      'The API',
      '接口',
      ['official-client', 'endpoints', 'oauth', 'js-sdk', 'third-party-platforms', 'unofficial'],
    ],
    ['In production', '上线', ['redis', 'deploying', 'security', 'performance', 'observability']],
    ['Reference', '参考', ['errors', 'troubleshooting', 'examples']],
    [
      'Migrating',
      '迁移',
      [
        'migrating-from-wechat-python-sdk',
        'migrating-from-wechat',
        'migrating-from-co-wechat',
        'migrating-from-wechat-api',
        'migrating-from-node-easywechat',
      ],
    ],
  ];

interface Item {
  readonly text: string;
  readonly link: string;
}

/** Gives the sidebar in one language; what a page is called is its own heading. */
export function createSidebar(language: 'en' | 'zh-CN'): { text: string; items: Item[] }[] {
  return SECTIONS.map(([english, chinese, pages]) => ({
    text: language === 'en' ? english : chinese,
    items: pages.map((page) => createItem(page, language)),
  }));
}

function createItem(page: string, language: 'en' | 'zh-CN'): Item {
  const file = language === 'en' ? `${page}.md` : `${page}.zh-CN.md`;
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const title = /^# (.*)$/m.exec(text)?.[1];
  if (!title) throw new Error(`docs/${file} has no heading`);
  const link = `${language === 'en' ? '' : '/zh'}/${page.replace(/(^|\/)index$/, '$1')}`;
  return { text: title.replaceAll('`', ''), link };
}
