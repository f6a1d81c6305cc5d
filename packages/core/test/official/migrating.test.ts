/** Every method that the page for users of wechat-api names is there. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { OfficialClient } from '@wechat-mp/core/official';

const client = new OfficialClient({ appid: 'wx1', appsecret: 's' });

it.each(['migrating-from-wechat-api.md', 'migrating-from-wechat-api.zh-CN.md'])('%s', (page) => {
  const text = readFileSync(new URL(`../../../../docs/${page}`, import.meta.url), 'utf8');
  const named = [...text.matchAll(/(?<![-\w])client((?:\.\w+)+)/g)].map(([, path = '']) =>
    path.slice(1),
  );
  const missing = named.filter((path) => {
    const found = path.split('.').reduce<unknown>((at, key) => Object(at)[key] as unknown, client);
    return typeof found !== 'function';
  });
  expect(missing).toEqual([]);
  expect(new Set(named).size).toBeGreaterThan(80);
});
