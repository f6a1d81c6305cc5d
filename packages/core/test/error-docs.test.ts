/** docs/errors has every class of errors, every code, every reason and every errcode that has a class. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createRefusal } from '../src/official/errors.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The sources of the packages that a program uses; what a starter writes is the program's own. */
const sources = readdirSync(new URL('packages', root))
  .filter((name) => name !== 'create-wechat-mp')
  .flatMap((name) => {
    const folder = `packages/${name}/src`;
    const files = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.ts')).map((file) => `${folder}/${file}`);
  })
  .map(read);

const findAll = (pattern: RegExp) =>
  new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, found]) => found)));

const classes = findAll(/^export class (\w+Error) extends \w+Error /gm);
const codes = findAll(/'(WECHAT_[A-Z_]+)'/g);
// Nest's names of providers.
for (const token of ['WECHAT_CLIENT', 'WECHAT_CONTEXTS', 'WECHAT_WEBHOOK']) codes.delete(token);

const reasons = new Set(
  [
    ...(
      /const OAUTH_STATUSES = \{(.*?)^\}/ms.exec(read('packages/core/src/errors.ts'))?.[1] ?? ''
    ).matchAll(/^ {2}(\w+): (\d+)/gm),
  ].map(([, reason, status]) => `${reason} ${status}`),
);

test.each(['docs/errors.md', 'docs/errors.zh-CN.md'])('%s', (path) => {
  const rows = read(path)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  const errcodes = rows.filter(([, first = '']) => /^-?\d+$/.test(first));
  const reasonRows = rows.filter(([, first = '']) => /^[a-z]+$/.test(first) && first !== 'reason');
  const classRows = rows.filter(([, first = '']) => /^[A-Z]\w+Error$/.test(first));

  expect(classes.size).toBeGreaterThan(25);
  expect(reasons.size).toBe(7);
  const named = new Set(classRows.map(([, name]) => name));
  named.delete('WechatError');
  expect(named).toEqual(classes);
  expect(new Set(classRows.map(([, , code]) => code))).toEqual(codes);
  const shown = new Set(reasonRows.map(([, reason, status]) => `${reason} ${status}`));
  expect(shown).toEqual(reasons);
  for (const [, errcode, name] of errcodes) {
    const { name: made } = createRefusal({ errcode: Number(errcode), errmsg: '', path: '/' });
    expect([errcode, name || 'OfficialAPIError']).toEqual([errcode, made]);
  }
  const documented = new Set(errcodes.map(([, errcode]) => Number(errcode)));
  const missing = Array.from({ length: 100_000 }, (_, errcode) => errcode).filter((errcode) => {
    const { name } = createRefusal({ errcode, errmsg: '', path: '/' });
    return name !== 'OfficialAPIError' && !documented.has(errcode);
  });
  expect(missing).toEqual([]);
  for (const row of rows) expect(row.slice(-3, -1).every((cell) => cell.length > 1)).toBe(true);
});
