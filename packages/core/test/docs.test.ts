/** docs/messages.md is generated: it is what the tables say, and says something about every row. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { messageNames, reply } from '@wechat-mp/core';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const document = readFileSync(new URL('../../../docs/messages.md', import.meta.url), 'utf8');
const rows = document
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

test('docs/messages.md is what the generator writes', () => {
  const args = ['--conditions=@wechat-mp/source', '--import', 'tsx', 'scripts/generate-docs.ts'];
  const { status, stderr } = spawnSync(process.execPath, [...args, '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 20_000);

test('every message, event and reply has a row', () => {
  const named = rows.map(([, name = '']) => /[\w:.]+/.exec(name)?.[0]);
  const replies = Object.keys(reply).map((name) => `reply.${name}`);
  const unnamed = ['unknown', 'event:unknown'];
  expect(named).toEqual([...messageNames.filter((name) => !unnamed.includes(name)), ...replies]);
});

test('every row has a Chinese name and an English sentence', () => {
  const bare = rows.filter(([, , chinese = '', english = '']) => {
    return !/\p{Script=Han}/u.test(chinese) || !/^[^\p{Script=Han}]+\.$/u.test(english);
  });
  expect(bare.map(([, name]) => name)).toEqual([]);
});
