import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, MemoryContextStore } from '@wechat-mp/core';
import { contextStoreContract } from '@wechat-mp/core/context-store-contract';
import { recorder } from '../support.ts';

const user = (openid: string) => ({ account: 'gh_1', openid });
const record = { version: 1, json: '{}' };

describe('the contract', () => {
  it.each(contextStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    run(new MemoryContextStore()),
  );
});

describe('time and room', () => {
  it('needs no timer to forget', async () => {
    let now = 0;
    const store = new MemoryContextStore({ now: () => now });
    await store.save(user('a'), record, { replaces: 0, milliseconds: 1000 });
    now = 999;
    expect(await store.load(user('a'))).toEqual({ record });
    now = 1000;
    expect(await store.load(user('a'))).toEqual({ record: undefined });
  });

  it('forgets the oldest when it is full, and says so once', async () => {
    const logger = recorder();
    const store = new MemoryContextStore({ maxEntries: 2, logger });
    for (const openid of ['a', 'b', 'c', 'd']) {
      await store.save(user(openid), record, { replaces: 0, milliseconds: 1000 });
    }
    expect(await store.load(user('b'))).toEqual({ record: undefined });
    expect(await store.load(user('c'))).toEqual({ record });
    expect(await store.load(user('d'))).toEqual({ record });
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]?.message).toContain('maxEntries');
  });

  it('lets what has expired go first', async () => {
    let now = 0;
    const logger = recorder();
    const store = new MemoryContextStore({ maxEntries: 2, logger, now: () => now });
    await store.save(user('short'), record, { replaces: 0, milliseconds: 10 });
    now = 20;
    for (const openid of ['b', 'c']) {
      await store.save(user(openid), record, { replaces: 0, milliseconds: 1000 });
    }
    expect(await store.load(user('b'))).toEqual({ record });
    expect(logger.lines).toEqual([]);
  });

  it.each([0, -1, 1.5, Number.NaN, '5' as never])('refuses maxEntries %p', (maxEntries) => {
    expect(() => new MemoryContextStore({ maxEntries })).toThrow(InvalidArgumentError);
  });
});

describe('in production', () => {
  const before = process.env['NODE_ENV'];
  afterEach(() => {
    process.env['NODE_ENV'] = before;
  });

  it.each([
    ['production', 1],
    ['development', 0],
  ])('in %s it warns %d times that other processes do not see it', (environment, times) => {
    process.env['NODE_ENV'] = environment;
    const logger = recorder();
    new MemoryContextStore({ logger });
    expect(logger.lines).toHaveLength(times);
  });
});
