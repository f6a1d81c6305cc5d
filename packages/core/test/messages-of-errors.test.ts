/** The texts of errors and log lines: whole sentences that mention nothing a user does not have. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createWebhook, MessageCipher, Router, renderReply } from '@wechat-mp/core';
import { catchError, recorder, SAFE } from './support.ts';

const packages = new URL('../../', import.meta.url);
/** The texts of every source, with its comments taken out. */
const texts = readdirSync(packages)
  .flatMap((name) =>
    readdirSync(new URL(`${name}/src/`, packages), { recursive: true, encoding: 'utf8' }).map(
      (file) => `${name}/src/${file}`,
    ),
  )
  .filter((path) => path.endsWith('.ts') && !/\/(?:endpoints|templates)\//.test(path))
  .flatMap((path) => {
    const code = readFileSync(new URL(path, packages), 'utf8').replaceAll(
      /\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs,
      '',
    );
    return [...code.matchAll(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g)].map(
      ([text]) => [path, text] as const,
    );
  })
  .filter(([, text]) => text.includes(' '));

test.each([
  ['a file of this repository', /\bdocs\/|\bREADME\b|CONTRIBUTING|\bsrc\//],
  ['what cannot "be had"', /\b(?:to|cannot) be had\b/],
  ['something that "failed itself"', /failed itself/],
  ['a thing that is "spelt"', /\bis spelt\b/],
  ['"whosever" or "its like"', /\bwhosever\b|\bits like\b/],
])('none names %s', (_, pattern) => {
  expect(texts.length).toBeGreaterThan(300);
  expect(texts.filter(([, text]) => pattern.test(text))).toEqual([]);
});

const nothing = undefined as never;
test.each([
  ['a reply', () => renderReply(7 as never, { target: 'a', source: 'b' })],
  [
    'a reply of undefined content',
    () => renderReply({ type: 'text', content: nothing }, { target: 'a', source: 'b' }),
  ],
  [
    'a reply of null',
    () => renderReply({ type: 'image', mediaId: null as never }, { target: 'a', source: 'b' }),
  ],
  ['the name of a message', () => new Router().on(nothing, () => 'hi')],
  ['a handler', () => new Router().on('text', nothing)],
  ['a handler of null', () => createWebhook('TOKEN', { text: null as never })],
  ['a key', () => new MessageCipher({ ...SAFE, encodingAESKey: 'short' })],
])('%s that is wrong is named once, with what was expected', async (_, call) => {
  const { message } = await catchError(call);
  expect(message).not.toMatch(/undefined undefined|null null|\[object|NaN/);
  expect(message).toMatch(/must|needs|expected|is a |is the /);
});

test('a warning says what has no effect, and what was meant', () => {
  const logger = recorder();
  const options = { token: 'TOKEN', logger, replyWindows: 1, unheardOf: 2 };
  createWebhook(options, {});
  expect(logger.lines.map(({ message }) => message)).toEqual([
    'unknown option replyWindows; it has no effect; did you mean replyWindow?',
    'unknown option unheardOf; it has no effect',
  ]);
});
