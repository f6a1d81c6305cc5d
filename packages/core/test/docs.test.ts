/** Generated pages match the tables, and describe every row. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { messageNames, reply } from '@wechat-mp/core';
import { CHINESE_ENDPOINTS } from '../../../scripts/docs/chinese-endpoints.ts';
import { CHINESE_MESSAGES } from '../../../scripts/docs/chinese-messages.ts';
import { permissionNames } from '../../../scripts/docs/permissions.ts';
import { pages } from '../../../scripts/generate-docs.ts';
import { OAUTH_OPTIONS } from '../src/oauth/options.ts';
import { list } from '../src/official/endpoint.ts';
import { endpoints } from '../src/official/endpoints/index.ts';
import { CALL_OPTIONS } from '../src/official/options.ts';
import { WEBHOOK_OPTIONS } from '../src/options.ts';
import { UNOFFICIAL_OPTIONS } from '../src/unofficial/options.ts';

const readPage = (path: string) =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const readRows = (path: string) =>
  readPage(path)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
const rows = readRows('docs/messages.md');
const calls = readRows('docs/endpoints.md');

test.each(Object.entries(pages))('%s is what `npm run docs` writes', (path, page) => {
  expect(readPage(path)).toBe(page);
});

const chineseRows = readRows('docs/messages.zh-CN.md');
const chineseCalls = readRows('docs/endpoints.zh-CN.md');

test.each(['docs/webhook.md', 'docs/webhook.zh-CN.md'])('%s has a row for every option', (path) => {
  const names = readRows(path).map(([, name = '']) => name.replaceAll('`', ''));
  expect(names).toEqual(expect.arrayContaining(Object.keys(WEBHOOK_OPTIONS)));
});

/** Tables of options that are written by hand, since their cells lead to other parts of the page. */
test.each([
  ['docs/official-client', CALL_OPTIONS],
  ['docs/oauth', OAUTH_OPTIONS],
  ['docs/unofficial', UNOFFICIAL_OPTIONS],
] as const)('%s names every option, and the defaults that its table has', (path, table) => {
  for (const language of ['', '.zh-CN']) {
    const page = readPage(`${path}${language}.md`).split('\n');
    for (const [name, option] of Object.entries(table as Record<string, object>)) {
      const row = page.find((line) => new RegExp(`^\\| .*\`${name}[\`.]`).test(line));
      expect([path, language, name, row !== undefined]).toEqual([path, language, name, true]);
      const { initial } = option as { initial?: unknown };
      if (typeof initial !== 'number') continue;
      expect([name, row?.replaceAll(/(?<=\d) (?=\d)/g, '')]).toEqual([
        name,
        expect.stringContaining(`${initial}`),
      ]);
    }
  }
});

test('every message, event and reply has a row', () => {
  const named = rows.map(([, name = '']) => /[\w:.]+/.exec(name)?.[0]);
  const replies = Object.keys(reply).map((name) => `reply.${name}`);
  const unnamed = ['unknown', 'event:unknown', 'component:unknown'];
  expect(named).toEqual([...messageNames.filter((name) => !unnamed.includes(name)), ...replies]);
});

test('every endpoint has a row', () => {
  expect(calls.map(([, name]) => name)).toEqual(
    list(endpoints).map(([name]) => `\`client.${name}\``),
  );
});

test('the endpoints that the platform replaced are deprecated, and no others', () => {
  const fixture = new URL('fixtures/endpoints.json', import.meta.url);
  const catalogue = JSON.parse(readFileSync(fixture, 'utf8')) as { name: string; status: string }[];
  const replaced = catalogue.filter(({ status }) => status !== 'current');
  const deprecated = calls.filter(([, , , , , english = '']) => english.includes('Deprecated'));
  expect(new Set(deprecated.map(([, name]) => name))).toEqual(
    new Set(replaced.map(({ name }) => `\`client.${name}\``)),
  );
});

test('every row has a Chinese name and an English sentence', () => {
  const words = [
    ...rows.map(([, name, chinese, english]) => [name, chinese, english]),
    ...calls.map(([, name, , , chinese, english]) => [name, chinese, english]),
  ];
  const bare = words.filter(([, chinese = '', english = '']) => {
    return !/\p{Script=Han}/u.test(chinese) || !/^[^\p{Script=Han}]+\.$/u.test(english);
  });
  expect(bare.map(([name]) => name)).toEqual([]);
});

test('the Chinese pages have the same rows, described in Chinese', () => {
  const names = (table: string[][]) => table.map(([, name]) => name);
  expect(names(chineseRows)).toEqual(names(rows));
  expect(names(chineseCalls)).toEqual(names(calls));
  const descriptions = [
    ...chineseRows.map(([, name, , words]) => [name, words]),
    ...chineseCalls.map(([, name, , , , words]) => [name, words]),
  ];
  const bare = descriptions.filter(([, words = '']) => !/\p{Script=Han}.*[。；]$/u.test(words));
  expect(bare).toEqual([]);
});

test('no Chinese sentence and no permission is of something that there is not', () => {
  const methods = list(endpoints).map(([name]) => name);
  const tables = methods.map((name) => name.slice(0, name.lastIndexOf('.')));
  const isKnown = (name: string) => methods.includes(name) || tables.includes(name);
  const replies = Object.keys(reply).map((name) => `reply.${name}`);
  expect(Object.keys(CHINESE_ENDPOINTS).filter((name) => !isKnown(name))).toEqual([]);
  expect(permissionNames.filter((name) => !isKnown(name))).toEqual([]);
  expect(
    Object.keys(CHINESE_MESSAGES).filter((name) => ![...messageNames, ...replies].includes(name)),
  ).toEqual([]);
});
