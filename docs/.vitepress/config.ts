import { slug } from 'github-slugger';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { createSidebar } from './navigation.ts';
import { chineseSearch, tokenize } from './search.ts';

const english: DefaultTheme.Config = {
  nav: [
    { text: 'Guide', link: '/' },
    { text: 'Endpoints', link: '/endpoints' },
    { text: 'Examples', link: '/examples' },
    { text: 'API', link: '/api/', target: '_self' },
  ],
  sidebar: createSidebar('en'),
};

const chinese: DefaultTheme.Config = {
  nav: [
    { text: '指南', link: '/zh/' },
    { text: '接口', link: '/zh/endpoints' },
    { text: '示例', link: '/zh/examples' },
    { text: 'API 参考', link: '/api/', target: '_self' },
  ],
  sidebar: createSidebar('zh-CN'),
  outline: { label: '本页目录' },
  docFooter: { prev: '上一页', next: '下一页' },
  sidebarMenuLabel: '目录',
  returnToTopLabel: '回到顶部',
  darkModeSwitchLabel: '外观',
  lightModeSwitchTitle: '切换到浅色',
  darkModeSwitchTitle: '切换到深色',
  langMenuLabel: '切换语言',
  skipToContentLabel: '跳到正文',
  notFound: {
    title: '没有这个页面',
    quote: '链接可能已经变动，请从首页找起，或者搜索。',
    linkLabel: '回到首页',
    linkText: '回到首页',
  },
};

// Where the site lies on its server, such as /wechat-mp/.
const base = process.env['DOCS_BASE'] ?? '/';

/** Pages that are one table after the other. */
const WIDE = /(?:^|\/)(?:endpoints|messages)\.md$/;

export default defineConfig({
  title: 'wechat-mp',
  base,
  // build.ts writes the pages there, out of docs/ and examples/.
  srcDir: '../.cache/site',
  cacheDir: '../.cache/vitepress',
  head: [['link', { rel: 'icon', href: `${base}images/icon.svg` }]],
  transformPageData({ relativePath, frontmatter }) {
    if (WIDE.test(relativePath)) Object.assign(frontmatter, { aside: false, pageClass: 'wide' });
  },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      description: 'WeChat Official Account bots on Express, Koa, Fastify and other hosts',
      themeConfig: english,
    },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      link: '/zh/',
      description: '用 Express、Koa、Fastify 等框架开发微信公众号',
      themeConfig: chinese,
    },
  },
  themeConfig: {
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        locales: { zh: { translations: chineseSearch } },
        miniSearch: { options: { tokenize } },
      },
    },
  },
  markdown: {
    languageAlias: { conf: 'ini' },
    // As Git hosts name headings, so that links work in both places.
    anchor: { slugify: slug },
  },
});
