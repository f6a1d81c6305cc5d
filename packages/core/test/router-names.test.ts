import { describe, expect, it } from '@jest/globals';
import { createWebhook, InvalidArgumentError, type MessageName, Router } from '@wechat-mp/core';
import { catchError } from './support.ts';

describe('a wrong name is found at once, and the right one suggested', () => {
  const handler = () => 'a';
  it.each([
    ['Text', '"text"'],
    ['subscribe', '"event:subscribe"'],
    ['event:CLICK', '"event:click"'],
    ['CLICK', '"event:click"'],
    ['event:text', '"text"'],
    ['bind', '"device_event:bind"'],
    ['txet', 'messageNames'],
  ])('%s: %s', async (name, suggestion) => {
    const wrong = name as MessageName;
    for (const register of [
      () => createWebhook('TOKEN', { [name]: handler }),
      () => new Router().on(wrong, handler),
      () => new Router().on(['text', wrong], handler),
    ]) {
      const error = await catchError(register);
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toContain(`"${name}"`);
      expect(error.message).toContain(suggestion);
    }
  });

  it.each([
    [
      'an event that does not exist',
      () => new Router().event('clik' as 'click', 'A', handler),
      /clik/,
    ],
    ['no name', () => new Router().on(undefined as never, handler), /undefined/],
    [
      'a pattern that is a number',
      () => new Router().text(7 as never, handler),
      /string or a RegExp/,
    ],
    [
      'no key',
      () => new Router().event('click', undefined as never, handler),
      /string or a RegExp/,
    ],
    [
      'a handler that is text',
      () => createWebhook('TOKEN', { text: 'hi' as never }),
      /text.*function/,
    ],
    [
      'a handler that is null',
      () => createWebhook('TOKEN', { default: null as never }),
      /default.*function/,
    ],
    ['on without a handler', () => new Router().on('text', undefined as never), /function/],
    ['text without a handler', () => new Router().text('a', undefined as never), /function/],
    ['middleware that is an object', () => new Router().use({} as never), /use.*function/],
    ['two defaults', () => new Router().default(handler).default(handler), /default/],
    ['two error handlers', () => new Router().error(handler).error(handler), /error/],
    [
      'handlers that are text',
      () => createWebhook('TOKEN', 'hi' as never),
      /object, a Router or a function/,
    ],
    [
      'handlers that are null',
      () => createWebhook('TOKEN', null as never),
      /object, a Router or a function/,
    ],
  ])('%s', async (_, register, says) => {
    const error = await catchError(register);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(says);
  });
});
