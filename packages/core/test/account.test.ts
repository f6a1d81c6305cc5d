import { describe, expect, it } from '@jest/globals';
import {
  createWebhook,
  InvalidArgumentError,
  NeedParamError,
  type WebhookOptions,
} from '@wechat-mp/core';
import { catchError, recorder, SAFE } from './support.ts';

const { token, appid, encodingAESKey } = SAFE;
const NEED = NeedParamError;
const WRONG = InvalidArgumentError;
const make = (options: unknown) => createWebhook(options as WebhookOptions);

describe('options that are right', () => {
  it.each([
    ['the token alone', token],
    ['a token', { token }],
    ['several tokens', { token: [token, 'other'] }],
    ['a token with a blank after it', { token: `${token}\n` }],
    ['a key and its appid', SAFE],
    ['several keys', { token, appid, encodingAESKey: [encodingAESKey, 'A'.repeat(43)] }],
    ['a key with a blank after it', { ...SAFE, encodingAESKey: `${encodingAESKey}\n` }],
    ['every mode', { ...SAFE, mode: 'compatible' }],
    ['plain in spite of a key', { ...SAFE, mode: 'plain' }],
    ['an appid without a key', { token, appid }],
    ['a name for the account', { token, account: '商店' }],
    ['a name beside an appid', { token, appid, account: 'shop' }],
    ['an original id', { token, originalId: 'gh_97417a04a28d' }],
    [
      'undefined for what is optional',
      {
        token,
        appid: undefined,
        mode: undefined,
        onError: undefined,
        maxAge: undefined,
        logger: undefined,
      },
    ],
    [
      'all of them',
      {
        ...SAFE,
        mode: 'safe',
        replyWindow: 1,
        bodyLimit: 1,
        maxAge: 0.5,
        onError: () => 'a',
        logger: recorder(),
      },
    ],
    ['the console as a logger', { token, logger: console }],
    ['a function that finds the account', () => undefined],
  ])('are taken: %s', (_, options) => {
    expect(make(options)).toHaveProperty('handle', expect.any(Function));
  });
});

describe('a mistake in the options is found when the webhook is made', () => {
  it.each([
    ['nothing', undefined, NEED, /token/],
    ['null', null, NEED, /token/],
    ['a number', 7, NEED, /token/],
    ['no token', {}, NEED, /token/],
    ['an undefined token', { token: undefined }, NEED, /token/],
    ['a token that is null', { token: null }, NEED, /token/],
    ['no token in the list', { token: [] }, NEED, /token/],
    ['an empty token', { token: '' }, WRONG, /token.*non-empty string/],
    ['an empty text for options', '', WRONG, /token.*non-empty string/],
    ['a token that is a number', { token: 123 }, WRONG, /token.*string/],
    ['a token with a blank in it', { token: 'a b' }, WRONG, /token.*letters and digits/],
    ['a token in Chinese', { token: [token, '我的'] }, WRONG, /token.*letters and digits/],
    ['a token of blanks', { token: ' ' }, WRONG, /token.*letters and digits/],
    ['an empty token in the list', { token: [token, ''] }, WRONG, /token.*string/],
    ['an undefined token in the list', { token: [token, undefined] }, WRONG, /token.*string/],
    ['a key without appid', { token, encodingAESKey }, NEED, /appid/],
    ['a key with an empty appid', { token, encodingAESKey, appid: '' }, NEED, /appid/],
    [
      'a key with an appid that is a number',
      { token, encodingAESKey, appid: 123 },
      WRONG,
      /appid.*string/,
    ],
    ['an appid that is a number', { token, appid: 123 }, WRONG, /appid.*string/],
    ['an empty name for the account', { token, account: '' }, WRONG, /account.*non-empty/],
    ['a name that is a number', { token, account: 7 }, WRONG, /account.*string/],
    ['an empty original id', { token, originalId: '' }, WRONG, /originalId.*non-empty/],
    ['safe without a key', { token, appid, mode: 'safe' }, NEED, /encodingAESKey/],
    ['compatible without a key', { token, appid, mode: 'compatible' }, NEED, /encodingAESKey/],
    [
      'safe with no key in the list',
      { ...SAFE, encodingAESKey: [], mode: 'safe' },
      NEED,
      /encodingAESKey/,
    ],
    [
      'a key of 42 characters',
      { ...SAFE, encodingAESKey: encodingAESKey.slice(1) },
      WRONG,
      /encodingAESKey.*43/,
    ],
    [
      'a key of 44 characters',
      { ...SAFE, encodingAESKey: `${encodingAESKey}=` },
      WRONG,
      /encodingAESKey.*43/,
    ],
    [
      'a key with a blank inside',
      { ...SAFE, encodingAESKey: encodingAESKey.replace('m', ' ') },
      WRONG,
      /encodingAESKey.*43/,
    ],
    [
      'a wrong key in the list',
      { ...SAFE, encodingAESKey: [encodingAESKey, 'abc'] },
      WRONG,
      /encodingAESKey.*43/,
    ],
    ['an empty key', { ...SAFE, encodingAESKey: '' }, WRONG, /encodingAESKey/],
    ['a key that is bytes', { ...SAFE, encodingAESKey: Buffer.alloc(32) }, WRONG, /encodingAESKey/],
    [
      'a mode that does not exist',
      { ...SAFE, mode: 'aes' },
      WRONG,
      /mode.*plain.*compatible.*safe/,
    ],
    ['a mode in another case', { ...SAFE, mode: 'Safe' }, WRONG, /mode.*plain.*compatible.*safe/],
    ['a mode that is null', { ...SAFE, mode: null }, WRONG, /mode.*plain.*compatible.*safe/],
    ...['replyWindow', 'bodyLimit', 'maxAge'].flatMap((name) =>
      [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '4500', true].map(
        (value) =>
          [
            `${name} ${typeof value} ${String(value)}`,
            { token, [name]: value },
            WRONG,
            new RegExp(`${name}.*above 0`),
          ] as const,
      ),
    ),
    ['onError that is not a function', { token, onError: 'success' }, WRONG, /onError.*function/],
    ['a logger that is a function', { token, logger: () => {} }, WRONG, /logger/],
    ['a logger without its methods', { token, logger: {} }, WRONG, /logger/],
    [
      'a logger that lacks one',
      { token, logger: { ...recorder(), warn: undefined } },
      WRONG,
      /logger.*warn/,
    ],
  ] as const)('%s', async (_, options, kind, says) => {
    const error = await catchError(() => make(options));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(says);
    for (const secret of [token, encodingAESKey]) expect(error.message).not.toContain(secret);
  });

  it.each([
    ['encodingAesKey', 'encodingAESKey'],
    ['EncodingAESKey', 'encodingAESKey'],
    ['encodingaeskey', 'encodingAESKey'],
    ['appId', 'appid'],
    ['appID', 'appid'],
    ['Token', 'token'],
    ['replywindow', 'replyWindow'],
    ['maxage', 'maxAge'],
    ['onerror', 'onError'],
  ])('suggests for %s the option %s', async (given, right) => {
    const error = await catchError(() => make({ token, [given]: SAFE.encodingAESKey }));
    expect(error).toBeInstanceOf(WRONG);
    expect(error.message).toContain(given);
    expect(error.message).toContain(right);
    expect(error.message).not.toContain(SAFE.encodingAESKey);
  });
});
