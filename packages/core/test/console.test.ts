/** The settings of the console: documentation, errors and the doctor use one table. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { CONSOLE, checkSignature, createWebhook, MessageCipher } from '@wechat-mp/core';
import {
  InvalidCredentialError,
  IPNotAllowedError,
  OfficialClient,
  UnauthorizedAPIError,
} from '@wechat-mp/core/official';
import { diagnose } from '@wechat-mp/simulator';
import { catchError, SAFE } from './support.ts';

const root = new URL('../../../', import.meta.url);
const documents = [
  ...readdirSync(root).filter((name) => /^README.*\.md$/.test(name)),
  ...readdirSync(new URL('docs/', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => [path, readFileSync(new URL(path, root), 'utf8')] as const);
/** A way through the console. */
const WAYS = /(?:微信开发者平台|微信公众平台|微信开放平台) → [^;,.，。；)）”|`]+/g;

test.each(documents)('%s names no way but those of the table', (_, text) => {
  const known = new Set<string>(Object.values(CONSOLE));
  const named = [...text.matchAll(WAYS)].map(([way]) => way.trim());
  expect(named.filter((way) => !known.has(way))).toEqual([]);
  expect(text).not.toMatch(/基本配置|开发者密码|公众号设置 → 功能设置/);
});

test('the documents name the ways that a reader needs', () => {
  const all = documents.map(([, text]) => text).join('\n');
  for (const name of [
    'server',
    'appsecret',
    'ipAllowlist',
    'permissions',
    'oauthDomain',
  ] as const) {
    expect(all).toContain(CONSOLE[name]);
  }
});

const refusal = (errcode: number) => ({ errcode, errmsg: '', path: '/cgi-bin/token' });
test.each([
  ['token', () => createWebhook({ token: [] }, {})],
  ['token', () => checkSignature({ token: '', signature: '', timestamp: '', nonce: '' })],
  ['encodingAESKey', () => new MessageCipher({ ...SAFE, encodingAESKey: 'abc' })],
  ['appid', () => new OfficialClient({ appid: '', appsecret: 's' })],
  ['appsecret', () => new OfficialClient({ appid: 'wx1' })],
  [
    'appsecret',
    () => {
      throw new InvalidCredentialError(refusal(40_125));
    },
  ],
  [
    'appsecret',
    () => {
      throw new InvalidCredentialError(refusal(40_243));
    },
  ],
  [
    'ipAllowlist',
    () => {
      throw new IPNotAllowedError(refusal(40_164));
    },
  ],
  [
    'component',
    () => {
      throw new IPNotAllowedError(refusal(61_004));
    },
  ],
  [
    'component',
    () => {
      const path = '/cgi-bin/component/api_component_token';
      throw new InvalidCredentialError({ ...refusal(40_125), path });
    },
  ],
  [
    'permissions',
    () => {
      throw new UnauthorizedAPIError(refusal(48_001));
    },
  ],
] as [keyof typeof CONSOLE, () => unknown][])(
  'an error about %s says where it is',
  async (name, call) => {
    expect((await catchError(call)).message).toContain(CONSOLE[name]);
  },
);

test.each([
  ['token', { token: 'a b' }],
  ['encodingAESKey', { token: 'abc', encodingAESKey: 'short', appid: 'wx5823bf96d3bd56c7' }],
  ['appid', { token: 'abc', encodingAESKey: 'a'.repeat(43), appid: 'shop' }],
] as [keyof typeof CONSOLE, object][])('the doctor says where %s is', async (name, given) => {
  const findings = await diagnose({ target: 'not an address', token: 'abc', ...given });
  const hints = findings.flatMap(({ hint }) => (hint ? [hint] : []));
  expect(hints.some(({ en }) => en.includes(CONSOLE[name]))).toBe(true);
  expect(hints.some(({ zh }) => zh.includes(CONSOLE[name]))).toBe(true);
});
