/** A wrong or misspelt option is refused when a bot is made: what is ignored would bound nothing. */
import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, NeedParamError } from '@wechat-mp/core';
import { ManualClock } from '../../../test/support/clock.ts';
import {
  chat,
  continueWith,
  createLimits,
  formatMarkdown,
  imageInput,
  readAnswer,
  redisLimitStore,
  voiceText,
} from '../src/index.ts';
import { startConversation } from './conversation.ts';

describe('chat', () => {
  it('without a model is refused', () => {
    expect(() => chat({} as never)).toThrow(NeedParamError);
    expect(() => chat({} as never)).toThrow('missing option `model`');
  });

  it.each<[unknown, string]>([
    [() => '', 'the options of chat must be an object'],
    [undefined, 'the options of chat must be an object'],
  ])('with %p in place of options is refused', (options, message) => {
    expect(() => chat(options as never)).toThrow(message);
  });

  it.each<[object, string]>([
    [{ colour: 'red' }, 'unknown option colour'],
    [{ model: 'gpt' }, 'model must be a function'],
    [{ system: 5 }, 'system must be a string or a function'],
    [{ input: 'text' }, 'input must be a function'],
    [{ history: true }, 'history must be false, or an object'],
    [{ history: { turn: 1 } }, 'unknown option history.turn; did you mean turns?'],
    [{ history: { turns: '2' } }, 'history.turns must be a number of at least 0'],
    [{ history: { turns: Number.NaN } }, 'history.turns must be a number of at least 0'],
    [{ history: { bytes: -1 } }, 'history.bytes must be a number of at least 0'],
    [{ history: { maxTokens: 5 } }, 'history.maxTokens needs history.countTokens'],
    [{ history: { summarise: true } }, 'history.summarise must be a function'],
    [{ format: 'html' }, 'format must be one of wechat, plain, none'],
    [{ reset: 1 }, 'reset must be a non-empty string, or an array of them'],
    [{ continueWith: '' }, 'continueWith must be a non-empty string'],
    [{ language: 'fr' }, 'language must be zh or en, also with a region, such as zh_CN'],
    [{ language: 1 }, 'language must be zh or en'],
    [{ texts: { emty: 'x' } }, 'unknown option texts.emty; did you mean empty?'],
    [{ texts: { empty: 5 } }, 'texts.empty must be a string'],
    [{ limits: { user: { perMinute: 1 } } }, 'limits is not the result of createLimits'],
    [{ moderate: { questions: () => '' } }, 'unknown option moderate.questions'],
    [{ moderate: { answer: 'no' } }, 'moderate.answer must be a function'],
    [{ typing: 'yes' }, 'typing must be true or false'],
    [{ maxBytes: 0 }, 'maxBytes must be a number above 0'],
    [{ logger: {} }, 'logger is not a logger: it has no error()'],
    [{ clock: {} }, 'clock is not a Clock'],
  ])('with %j is refused', (options, message) => {
    const create = () => chat({ model: () => '', ...options } as never);
    expect(create).toThrow(InvalidArgumentError);
    expect(create).toThrow(message);
  });

  it('takes what is left out as null or undefined', async () => {
    const nothing = { history: null, reset: null, texts: { empty: undefined }, typing: undefined };
    const { say } = startConversation({ ...nothing, model: () => '' } as never);
    expect(await say('hi')).toBe('（没有可以显示的回答，请换个问法）');
    expect(await say('/reset')).toBe('好的，我们重新开始。');
  });
});

describe('limits', () => {
  it.each<[unknown, string]>([
    [undefined, 'the options of createLimits must be an object'],
    [{ users: { perMinute: 1 } }, 'unknown option users; did you mean user?'],
    [{ user: { perMinut: 1 } }, 'unknown option user.perMinut; did you mean perMinute?'],
    [{ account: { day: 1 } }, 'unknown option account.day'],
    [{ user: 6 }, 'user must be an object'],
    [{ user: { perMinute: 0 } }, 'user.perMinute must be a number above 0'],
    [{ account: { daily: '6' } }, 'account.daily must be a number above 0'],
    [{ cost: 5 }, 'cost must be a function'],
    [{ store: {} }, 'store is not a store of limits: it has no acquire()'],
    [{ text: 'no' }, 'text must be a function'],
    [{ name: '' }, 'name must be a non-empty string'],
    [{ maxRun: -1 }, 'maxRun must be a number'],
    [{ utcOffset: '8' }, 'utcOffset must be a number'],
    [{ clock: {} }, 'clock is not a Clock'],
  ])('with %j are refused', (options, message) => {
    const create = () => createLimits(options as never);
    expect(create).toThrow(InvalidArgumentError);
    expect(create).toThrow(message);
  });

  it.each(['12', Number.NaN, -1, undefined])(
    'a cost of %p is an error, and its question no longer being answered',
    async (cost) => {
      const clock = new ManualClock();
      const limits = createLimits({ clock, user: { concurrent: 1 }, cost: () => cost as number });
      const { say, errors } = startConversation({ limits });
      expect([await say('1'), await say('2')]).toEqual(['fine', 'fine']);
      expect(errors).toHaveLength(2);
    },
  );
});

it.each<[string, () => unknown, string]>([
  ['continueWith', () => continueWith('继续', { lang: 'en' } as never), 'unknown option lang'],
  ['continueWith', () => continueWith('继续', { language: 'fr' }), 'language must be zh or en'],
  [
    'continueWith',
    () => continueWith('继续', { pending: 'wait' } as never),
    'pending must be a function',
  ],
  [
    'redisLimitStore',
    () => redisLimitStore({ evalsha: () => {} } as never, { prefx: 'a' } as never),
    'unknown option prefx; did you mean prefix?',
  ],
  ['formatMarkdown', () => formatMarkdown('a', { formt: 'none' } as never), 'unknown option formt'],
])('a wrong option of %s is refused', (_, call, message) => {
  expect(call).toThrow(message);
});

it.each<[string, () => Promise<unknown>, string]>([
  [
    'voiceText',
    () => voiceText({ mediaId: '1', recognition: 'hi' }, { transcibe: () => '' } as never),
    'unknown option transcibe; did you mean transcribe?',
  ],
  [
    'imageInput',
    () => imageInput({ picUrl: '', mediaId: '1' }, { as: 'url', maxByte: 1 } as never),
    'unknown option maxByte; did you mean maxBytes?',
  ],
  [
    'imageInput',
    () => imageInput({ picUrl: '', mediaId: '1' }, { as: 'blob' } as never),
    'as must be one of data, url',
  ],
  [
    'readAnswer',
    () => readAnswer('a', { maxByte: 1 } as never).next(),
    'unknown option maxByte; did you mean maxBytes?',
  ],
])('a wrong option of %s makes it reject', async (_, call, message) => {
  await expect(call()).rejects.toThrow(message);
});
