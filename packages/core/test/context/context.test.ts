import { describe, expect, it, jest } from '@jest/globals';
import { InvalidArgumentError, type Json, WechatContext } from '@wechat-mp/core';

function createContext(data: Record<string, Json> = {}, expiry: number | Date | null = null) {
  const backing = { openid: 'o1', defaultAge: 7200, save: jest.fn(), flush: jest.fn() };
  const context = new WechatContext<Record<string, Json>>(backing as never, data, expiry);
  return { context, backing };
}

describe('the dictionary', () => {
  it('gives values, and defaults where there are none', () => {
    const { context } = createContext({ step: 2, none: null });
    expect(context.get('step')).toBe(2);
    expect(context.get('step', 9)).toBe(2);
    expect(context.get('none', 'x')).toBeNull();
    expect(context.get('other')).toBeUndefined();
    expect(context.get('other', 'red')).toBe('red');
    expect(context.has('other')).toBe(false);
  });

  it('sets, deletes and pops', () => {
    const { context } = createContext({ a: 1, b: 2 });
    context.set('c', [1]).set('a', 3);
    expect(context.delete('b')).toBe(true);
    expect(context.delete('b')).toBe(false);
    expect(context.pop('a')).toBe(3);
    expect(context.pop('a')).toBeUndefined();
    expect(context.pop('a', 'gone')).toBe('gone');
    expect(context.items()).toEqual([['c', [1]]]);
  });

  it('lists keys, values and items', () => {
    const { context } = createContext({ a: 1, b: 'x' });
    expect(context.keys()).toEqual(['a', 'b']);
    expect(context.values()).toEqual([1, 'x']);
    expect(context.items()).toEqual([
      ['a', 1],
      ['b', 'x'],
    ]);
  });

  it('sets a default only where there is no value', () => {
    const { context } = createContext({ a: 1 });
    expect(context.setDefault('a', 5)).toBe(1);
    expect(context.setDefault('b', 5)).toBe(5);
    expect(context.get('b')).toBe(5);
  });

  it('updates several values, or none when one of them is wrong', () => {
    const { context } = createContext();
    context.update({ a: 1, b: 2 });
    expect(() => context.update({ a: 7, b: new Date() as never })).toThrow(InvalidArgumentError);
    expect(context.items()).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    context.clear();
    expect(context.keys()).toEqual([]);
  });

  it('takes __proto__ and constructor for keys like others', () => {
    const { context } = createContext();
    context.set('__proto__', 1).set('constructor', 2);
    expect(context.get('__proto__')).toBe(1);
    expect(JSON.parse(context.toJson())).toHaveProperty('constructor', 2);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  const cycle: unknown[] = [];
  cycle.push(cycle);
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a bigint', 1n],
    ['a function', () => {}],
    ['a symbol', Symbol('s')],
    ['a Date', new Date()],
    ['a Map', new Map()],
    ['an instance', new (class Cart {})()],
    ['a cycle', cycle],
    ['something deep', { a: [{ b: () => {} }] }],
    ['a hole in a list', [undefined]],
  ])('refuses %s, and names the key', (_, value) => {
    const { context } = createContext();
    expect(() => context.set('cart', value as never)).toThrow(InvalidArgumentError);
    expect(() => context.set('cart', value as never)).toThrow(/cart/);
    expect(() => context.setDefault('cart', value as never)).toThrow(/cart/);
    expect(context.has('cart')).toBe(false);
  });
});

describe('what it knows of itself', () => {
  it('is accessed when anything was read, and modified when anything differs', () => {
    const { context } = createContext({ list: [1] });
    expect([context.accessed, context.modified]).toEqual([false, false]);
    const list = context.get('list') as number[];
    expect([context.accessed, context.modified]).toEqual([true, false]);
    context.set('list', [1]);
    expect(context.modified).toBe(false);
    (context.get('list') as number[]).push(2);
    expect(context.modified).toBe(true);
    expect(list).toEqual([1]);
  });

  it.each([
    [
      'a value that is set',
      (context: WechatContext<Record<string, Json>>) => void context.set('b', 1),
    ],
    [
      'a value that is removed',
      (context: WechatContext<Record<string, Json>>) => void context.delete('a'),
    ],
    ['an expiry', (context: WechatContext<Record<string, Json>>) => context.setExpiry(60)],
    [
      'an expiry of no time',
      (context: WechatContext<Record<string, Json>>) => context.setExpiry(0),
    ],
  ])('counts %s as a change', (_, change) => {
    const { context } = createContext({ a: 1 });
    change(context);
    expect(context.modified).toBe(true);
  });

  it('knows the openid, saves and flushes through what loaded it', async () => {
    const { context, backing } = createContext({ a: 1 }, 60);
    expect(context.openid).toBe('o1');
    await context.save();
    expect(backing.save).toHaveBeenCalledTimes(1);
    await context.flush();
    expect(backing.flush).toHaveBeenCalledTimes(1);
    expect([context.keys(), context.expiry, context.modified]).toEqual([[], null, false]);
  });
});

describe('the expiry', () => {
  const modification = new Date(1_700_000_000_000);
  const later = (seconds: number) => new Date(modification.getTime() + seconds * 1000);

  it.each<[string, number | Date | null, number]>([
    ['the default', null, 7200],
    ['seconds', 300, 300],
    ['a date', later(90), 90],
  ])('is %s', (_, expiry, seconds) => {
    const { context } = createContext();
    context.setExpiry(expiry);
    expect(context.getExpiryAge({ modification })).toBe(seconds);
    expect(context.getExpiryDate({ modification })).toEqual(later(seconds));
  });

  it('can be asked for another expiry and from now', () => {
    const { context } = createContext({}, 10);
    expect(context.getExpiryAge()).toBe(10);
    expect(context.getExpiryAge({ expiry: null })).toBe(7200);
    expect(context.getExpiryAge({ modification, expiry: later(5) })).toBe(5);
    expect(context.getExpiryDate({ modification, expiry: 5 })).toEqual(later(5));
    jest.useFakeTimers({ now: 1_700_000_000_000 });
    expect(context.getExpiryDate()).toEqual(new Date(1_700_000_010_000));
    jest.useRealTimers();
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.MAX_SAFE_INTEGER,
    2 ** 31,
    new Date('never'),
    '60' as never,
  ])('refuses %p', (expiry) => {
    expect(() => createContext().context.setExpiry(expiry)).toThrow(InvalidArgumentError);
  });
});
