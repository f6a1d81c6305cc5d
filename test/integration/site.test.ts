/** The parts of the site: links between files become links between pages, and faults are found. */
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { findFaults } from '../../docs/.vitepress/check.ts';
import { createLlmsFiles } from '../../docs/.vitepress/llms.ts';
import { createSidebar } from '../../docs/.vitepress/navigation.ts';
import { createPages } from '../../docs/.vitepress/pages.ts';
import { tokenize } from '../../docs/.vitepress/search.ts';

it('cuts Chinese into pairs, and leaves words and numbers whole', () => {
  expect(tokenize('发送客服消息')).toEqual(['发送', '送客', '客服', '服消', '消息']);
  expect(tokenize('把 API接口 的 errcode=40001 记下')).toEqual(
    '把 API 接口 的 errcode 40001 记下'.split(' '),
  );
  expect(tokenize('client.menu.create()')).toEqual(['client', 'menu', 'create']);
  expect(tokenize(' ·，。')).toEqual([]);
});

it('searches in the browser with the same function, which needs nothing around it', () => {
  const cut = runInNewContext(`JSON.stringify((${tokenize.toString()})('消息 id'))`) as string;
  expect(JSON.parse(cut)).toEqual(['消息', 'id']);
});

it('has every page in both languages', () => {
  const paths = [...createPages().keys()];
  const english = paths.filter((path) => !path.startsWith('zh/'));
  expect(english.length).toBeGreaterThan(20);
  expect(paths.filter((path) => path.startsWith('zh/'))).toEqual(
    english.map((path) => `zh/${path}`),
  );
});

it('lists every guide in the sidebar of each language', () => {
  const guides = [...createPages().keys()].filter((path) => !/(?:^|\/)examples\//.test(path));
  const links = (['en', 'zh-CN'] as const)
    .flatMap((language) => createSidebar(language).flatMap(({ items }) => items))
    .map(({ link }) => `${link.slice(1)}.md`.replace(/(^|\/)\.md$/, '$1index.md'));
  expect(links.sort()).toEqual(guides.sort());
});

it('leads from a Chinese page to Chinese pages', () => {
  const page = createPages().get('zh/index.md') ?? '';
  const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link as string);
  expect(links).toContain('/zh/hosts.md#云函数');
  expect(links.filter((link) => /^\/(?!zh\/)/.test(link))).toEqual(['/']);
});

it('lists each guide for language models, and has the examples in full', () => {
  const pages = createPages();
  const files = createLlmsFiles(pages, '/docs/');
  expect(files.get('llms.txt')).toContain('](/docs/context.md): ');
  expect(files.get('zh/llms.txt')).toContain('](/docs/zh/context.md): ');
  expect(files.get('llms.txt')).not.toContain('/zh/context.md');
  expect(files.get('llms-full.txt')).toContain(pages.get('examples/bot.md')?.trim());
});

const page = (body: string) => `<html><body><h2 id="客服 &amp; more">x</h2>${body}</body></html>`;

it.each([
  ['a page that is not there', '<a href="/gone.html">', 'no page /gone.html'],
  ['a folder that has no index', '<a class="x" href="/api/">', 'no page /api/'],
  ['a part that is not there', '<a href="/other.html#gone">', 'no such part /other.html#gone'],
  ['a part of the page itself', '<a href="#gone">', 'no such part #gone'],
  ['a script of another server', '<script src="https://cdn.example/x.js"></script>', 'a script'],
  ['a style without its scheme', '<link rel="stylesheet" href="//cdn.example/x">', 'a link'],
  ['a picture of another server', '<img alt="" src="http://example.com/x.png">', 'a img'],
])('finds %s', (_, body, fault) => {
  const faults = findFaults(
    new Map([
      ['a.html', page(body)],
      ['other.html', page('')],
    ]),
  );
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(fault);
});

it('lets links be that lead to what is there, or to elsewhere', () => {
  const body = `<a href="/base/other.html#${encodeURIComponent('客服')}%20%26%20more"><a href="./other.html">
    <a href="https://example.com/"><a href="/base/llms.txt"><a href="/base/#客服%20&amp;%20more">`;
  const pages = new Map([
    ['a.html', page(body)],
    ['other.html', page('')],
    ['index.html', page('')],
  ]);
  expect(findFaults(pages, '/base/')).toEqual([]);
});
