/** The description of an error: enough to find the fault, and nothing else that it carried. */
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { describeError, ParseError, WechatError } from '@wechat-mp/core';
import fc from 'fast-check';
import { CONSOLE } from '../src/console.ts';
import { disarmError, summarizeError } from '../src/describe-error.ts';

const failing = () => {
  throw new Error('a trap');
};
const everyTrap = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map((name) => [name, failing]),
);
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const cyclic = () => {
  const error = new Error('cyclic');
  return Object.assign(error, { cause: error, self: { error } });
};
const withGetters = () => {
  const error = Object.create(Error.prototype) as object;
  for (const name of ['name', 'message', 'code', 'stack', 'errcode', 'errmsg', 'cause']) {
    Object.defineProperty(error, name, { get: failing, enumerable: true });
  }
  return error;
};

/** Values that may be thrown, and their descriptions. */
const THROWN: Record<string, [make: () => unknown, told: Record<string, unknown>]> = {
  'an error': [() => new TypeError('broken'), { name: 'TypeError', message: 'broken' }],
  'an error of this library': [
    () => new ParseError('no XML'),
    { name: 'ParseError', code: 'WECHAT_PARSE', message: 'no XML' },
  ],
  'an error of the system': [
    () => Object.assign(new Error('connect'), { code: 'ECONNREFUSED', errno: -111 }),
    { name: 'Error', code: 'ECONNREFUSED', message: 'connect' },
  ],
  'an answer of the API': [
    () => ({ errcode: 45015, errmsg: 'out of time' }),
    { name: 'Error', code: 45015, message: 'out of time' },
  ],
  'an error without a message': [() => new Error(), { name: 'Error', message: 'no message' }],
  'a text': [() => 'no way', { name: 'string', message: 'no way' }],
  'a number': [() => 42, { name: 'number', message: '42' }],
  'a symbol': [() => Symbol('odd'), { name: 'symbol', message: 'Symbol(odd)' }],
  undefined: [() => undefined, { name: 'undefined', message: 'undefined' }],
  null: [() => null, { name: 'object', message: 'null' }],
  'an object without a prototype': [() => Object.create(null), { message: 'no message' }],
  'a function': [() => failing, { name: 'failing', message: 'no message' }],
  'an error whose getters throw': [withGetters, { name: 'Error', message: 'no message' }],
  'a Proxy whose traps throw': [() => new Proxy({}, everyTrap), { message: 'no message' }],
  'a Proxy of an error': [() => new Proxy(new Error('inside'), {}), { message: 'inside' }],
  'a revoked Proxy': [revoked, { name: 'Error', message: 'no message' }],
  'a child of a Proxy': [() => Object.create(new Proxy({}, everyTrap)), { message: 'no message' }],
  'an error with a cycle': [cyclic, { message: 'cyclic' }],
  'a message that is an object': [() => ({ message: { toString: failing } }), { name: 'Error' }],
};

describe('whatever was thrown is described:', () => {
  it.each(Object.entries(THROWN))('%s', (_, [make, told]) => {
    const description = describeError(make());
    expect({ ...description }).toMatchObject(told);
    expect(JSON.stringify(description)).toContain('"message"');
    expect(inspect(description, { depth: Number.POSITIVE_INFINITY })).not.toContain('self');
  });

  it.each(Object.entries(THROWN))(
    'and can be asked for its class when disarmed: %s',
    (_, [make]) => {
      const thrown = make();
      const harmless = disarmError(thrown);
      expect(harmless instanceof WechatError).toBe(_ === 'an error of this library');
      expect(summarizeError(harmless)).not.toBe('');
    },
  );

  it('any value at all', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        const { name, message } = describeError(value);
        expect([typeof name, typeof message]).toEqual(['string', 'string']);
      }),
    );
  });
});

describe('a description', () => {
  it('has the name, code, message and stack of an error, and nothing else that it carries', () => {
    const error = Object.assign(new Error('failed'), {
      code: 'EFAIL',
      command: { name: 'set', args: ['key', 'the reply'] },
      options: { headers: { cookie: 'slave_sid=1' }, url: 'https://x?access_token=1' },
      cause: new Error('the reply'),
    });
    const told = describeError(error);
    expect(Object.keys(told).sort()).toEqual(['code', 'message', 'name', 'stack']);
    expect(told.stack).toContain('describe-error.test');
    expect(inspect(told, { depth: 9, showHidden: true })).not.toMatch(/reply|cookie|access_token/);
  });

  it('is an error, which the console prints with its stack', () => {
    const told = describeError(new RangeError('too far'));
    expect(told).toBeInstanceOf(Error);
    expect(inspect({ err: told })).toMatch(/too far\n\s+at /);
    expect(String(told)).toBe('RangeError: too far');
  });

  it('of an error of this library has its class', () => {
    expect(describeError(new ParseError('no XML'))).toBeInstanceOf(ParseError);
  });

  it('ends after 200 characters, with control characters escaped', () => {
    const { message, stack = '' } = describeError(
      new Error(`a\u001b[2J\r\n\u202e${'猫 '.repeat(1e5)}`),
    );
    expect(message).toHaveLength(200);
    expect(message.startsWith('a\\u{1b}[2J\\u{d}\\u{a}\\u{202e}猫')).toBe(true);
    expect(stack.split('\n', 1)[0]).toBe(`Error: ${message}`);
    expect(stack.length).toBeLessThan(12_000);
  });

  it.each([
    [
      'to where a setting of the console is',
      `${'猫'.repeat(199)}… in the console (${CONSOLE.token})`,
    ],
    ['to 1000 characters', '猫'.repeat(1000)],
  ])('of an error of this library has its whole message, %s', (_, message) => {
    expect(describeError(new ParseError(message)).message).toBe(message);
    expect(describeError(new ParseError(`${message}${'猫'.repeat(1000)}`)).message).toHaveLength(
      1000,
    );
  });

  it('of a Proxy of such an error ends after 200 characters', () => {
    expect(describeError(new Proxy(new ParseError('猫'.repeat(999)), {})).message).toHaveLength(
      200,
    );
  });

  it('shows no part of the message as a frame of the stack', () => {
    const { stack = '' } = describeError(new Error('first\n    at secret place'));
    expect(stack.split('\n').slice(1).join('\n')).not.toContain('secret');
    expect(stack).toContain('describe-error.test');
  });
});

describe('no description has', () => {
  const secret = 'S3CRET-value_0123';
  it.each([
    [
      'the query of an address',
      `GET https://api.weixin.qq.com/cgi-bin/x?access_token=${secret}&y=${secret} failed`,
    ],
    ['the query of a path', `404: /cgi-bin/token?grant_type=a&secret=${secret}`],
    ['what follows a # in an address', `redirected to https://a.b/c#access_token=${secret}`],
    ['the password of an address', `connect redis://bot:${secret}@10.0.0.1:6379 failed`],
    ['a member of JSON', `{"access_token":"${secret}","expires_in":7200}`],
    ['a member of a form', `body was appid=wx1&appsecret=${secret}`],
    ['a cookie', `sent Cookie: slave_sid=${secret}; data_bizuin=${secret}`],
    ['an authorization', `authorization: Bearer ${secret}`],
    ['a password', `password: '${secret}' is wrong`],
    ['a ticket', `component_verify_ticket=${secret}`],
    ['a model’s key', `Incorrect API key provided: sk-${secret}.`],
    ['a model’s key of a project', `invalid: sk-proj-${secret}`],
    ['a bearer', `sent bearer ${secret}`],
    ['a payment key', `paySignKey: ${secret}`],
    ['a long token', `invalid: ${secret.repeat(8)}`],
    ['what JSON.parse could not read', jsonError(`x${secret}`)],
  ])('%s', (_, message) => {
    const told = describeError(new Error(message));
    expect(inspect(told)).not.toContain('S3CRET');
    expect(told.message.length).toBeGreaterThan(5);
  });

  it('anything of a message that is a secret where it ends', () => {
    const { message } = describeError(new Error(`${'a '.repeat(95)}access_token=${secret}`));
    expect(message).not.toContain('S3');
  });

  it('lost what is no secret', () => {
    for (const said of [
      "Cannot read properties of undefined (reading 'content')",
      'invalid credential, access_token is invalid or not latest',
      "ENOENT: no such file or directory, open '/srv/bot/menu.json'",
      'What is this? A question: yes',
      'the bearer token is missing',
      'a task-based, risk-free sk-check',
    ]) {
      expect(describeError(new Error(said)).message).toBe(said);
    }
  });
});

function jsonError(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
