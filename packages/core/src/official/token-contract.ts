import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Token, TokenStore } from './token-store.ts';

/** One requirement of every TokenStore. */
export interface TokenStoreCheck {
  readonly name: string;
  /** Rejects when the store does not meet it. Uses its own keys, so checks may share a store. */
  readonly run: (store: TokenStore) => Promise<void>;
}

let keys = 0;
const newKey = (): string => {
  keys += 1;
  return `contract:${process.pid}:${Date.now()}:${keys}`;
};
const createToken = (value: string, others: Partial<Token> = {}): Token => {
  return { value, expiresAt: Date.now() + 60_000, since: Date.now(), ...others };
};
const acquireLock = async (
  store: TokenStore,
  key: string,
  milliseconds = 60_000,
): Promise<number> => {
  const lock = await store.lock(key, milliseconds);
  assert.equal(typeof lock, 'number');
  return lock as number;
};

const checks: Record<string, (store: TokenStore, key: string) => Promise<void>> = {
  'an unset key has no token': async (store, key) => {
    assert.equal(await store.get(key), undefined);
    await acquireLock(store, key);
    assert.equal(await store.get(key), undefined);
  },

  'a token is returned as set, and only under its key': async (store, key) => {
    const token = createToken('值 "1"', { forcedAt: 1, refreshToken: 'r' });
    assert.equal(await store.set(key, token, await acquireLock(store, key)), true);
    assert.deepEqual(await store.get(key), token);
    assert.equal(await store.get(`${key}:other`), undefined);
  },

  'of many concurrent locks one succeeds': async (store, key) => {
    const locks = await Promise.all(Array.from({ length: 20 }, () => store.lock(key, 60_000)));
    assert.equal(locks.filter((lock) => lock !== undefined).length, 1);
  },

  'setting releases the lock, also without a token': async (store, key) => {
    await store.set(key, createToken('first'), await acquireLock(store, key));
    await store.set(key, undefined, await acquireLock(store, key));
    assert.equal((await store.get(key))?.value, 'first');
    await acquireLock(store, key);
  },

  'an unreleased lock expires, and the next has a greater number': async (store, key) => {
    const first = await acquireLock(store, key, 30);
    await pause(60);
    assert.ok((await acquireLock(store, key)) > first);
  },

  'a lost lock stores nothing, and takes the lock from nobody': async (store, key) => {
    const first = await acquireLock(store, key, 20);
    await pause(50);
    const second = await acquireLock(store, key);
    assert.equal(await store.set(key, createToken('stale'), first), false);
    assert.equal(await store.get(key), undefined);
    assert.equal(await store.lock(key, 60_000), undefined);
    assert.equal(await store.set(key, createToken('fresh'), second), true);
    assert.equal(await store.set(key, createToken('stale'), first), false);
    assert.equal((await store.get(key))?.value, 'fresh');
  },
};

/**
 * The requirements of every TokenStore, for the tests of your own store.
 *
 * @example
 * for (const { name, run } of tokenStoreContract) test(name, () => run(new MyStore()));
 */
export const tokenStoreContract: readonly TokenStoreCheck[] = Object.entries(checks).map(
  ([name, check]) => ({ name, run: (store) => check(store, newKey()) }),
);
