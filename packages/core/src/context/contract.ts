import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ContextLock, ContextRecord, ContextStore, ContextUser } from './store.ts';

/** One requirement of every ContextStore. */
export interface ContextStoreCheck {
  readonly name: string;
  /** Rejects when the store does not meet it. Uses its own users, so checks may share a store. */
  readonly run: (store: ContextStore) => Promise<void>;
}

let users = 0;
const newUser = (): ContextUser => {
  users += 1;
  return { account: 'gh_contract', openid: `user-${process.pid}-${Date.now()}-${users}` };
};
const record = (version: number, state: object = {}): ContextRecord => ({
  version,
  json: JSON.stringify(state),
  expiry: undefined,
});
const minute = { milliseconds: 60_000, replaces: 0 };
const after = (replaces: number) => ({ ...minute, replaces });
const createLock = (owner: string, lease = 60_000): ContextLock => ({ owner, lease });

async function stored(store: ContextStore, user: ContextUser): Promise<ContextRecord | undefined> {
  const loaded = await store.load(user);
  assert.ok('record' in loaded, 'load without a lock never waits');
  return loaded.record;
}

const checks: Record<string, (store: ContextStore, user: ContextUser) => Promise<void>> = {
  'an unknown user has no record': async (store, user) => {
    assert.equal(await stored(store, user), undefined);
  },

  'a record is loaded exactly as saved': async (store, user) => {
    const state = {
      text: '你好 😀 ]]> "quoted" \\ \n',
      list: [1, { deep: null }],
      long: 'x'.repeat(1e5),
    };
    assert.equal(await store.save(user, record(1, state), minute), undefined);
    assert.deepEqual(await stored(store, user), record(1, state));
  },

  'both kinds of expiry are stored': async (store, user) => {
    await store.save(user, { ...record(1), expiry: { seconds: 600 } }, minute);
    assert.deepEqual((await stored(store, user))?.expiry, { seconds: 600 });
    await store.save(user, { ...record(2), expiry: { until: 4102444800000 } }, after(1));
    assert.deepEqual((await stored(store, user))?.expiry, { until: 4102444800000 });
  },

  'the same openid under two accounts is two users': async (store, user) => {
    const other = { ...user, account: 'gh_other' };
    await store.save(user, record(1, { mine: true }), minute);
    assert.equal(await stored(store, other), undefined);
  },

  'users whose joined names are equal are two users': async (store, user) => {
    for (const glue of [' ', ':', '}', '/']) {
      const one = { account: 'a', openid: `b${glue}${user.openid}` };
      await store.save(one, record(1, { mine: true }), minute);
      assert.equal(
        await stored(store, { account: `a${glue}b`, openid: user.openid }),
        undefined,
        `account and openid are joined by "${glue}"`,
      );
    }
  },

  'a save from an older version is refused, and returns the current record': async (
    store,
    user,
  ) => {
    await store.save(user, record(1, { step: 1 }), minute);
    const refused = await store.save(user, record(1, { step: 7 }), minute);
    assert.deepEqual(refused, { current: record(1, { step: 1 }) });
    assert.deepEqual(await store.save(user, record(3), after(2)), {
      current: record(1, { step: 1 }),
    });
    assert.equal(await store.save(user, record(2, { step: 2 }), after(1)), undefined);
    assert.deepEqual(await stored(store, user), record(2, { step: 2 }));
  },

  'a save over a missing record is refused': async (store, user) => {
    assert.deepEqual(await store.save(user, record(5), after(4)), { current: undefined });
    assert.equal(await stored(store, user), undefined);
  },

  'the holder of the lock may save over a record that has expired meanwhile': async (
    store,
    user,
  ) => {
    const lock = createLock('first');
    await store.save(user, record(7), { milliseconds: 20, replaces: 0 });
    await store.load(user, lock);
    await pause(60);
    assert.equal(await store.save(user, record(8), { ...after(7), lock }), undefined);
    assert.deepEqual(await stored(store, user), record(8));
  },

  'of many saves from one version exactly one is written': async (store, user) => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.save(user, record(1, { index }), minute)),
    );
    assert.equal(results.filter((result) => result === undefined).length, 1);
  },

  'delete removes the record': async (store, user) => {
    await store.save(user, record(1), minute);
    await store.delete(user);
    assert.equal(await stored(store, user), undefined);
    assert.equal(await store.save(user, record(1), minute), undefined);
  },

  'a rolling load restarts the lifetime of a record: its own seconds, otherwise the given ones':
    async (store, user) => {
      const [own, dated, still] = [newUser(), newUser(), newUser()];
      await store.save(user, record(1), minute);
      await store.save(own, { ...record(1), expiry: { seconds: 60 } }, minute);
      await store.save(dated, { ...record(1), expiry: { until: Date.now() + 60_000 } }, minute);
      await store.save(still, record(1), minute);
      assert.deepEqual(await store.load(user, undefined, 0.04), { record: record(1) });
      await store.load(own, undefined, 0.04);
      await store.load(dated, undefined, 0.04);
      await store.load(still);
      await pause(100);
      assert.equal(await stored(store, user), undefined);
      for (const other of [own, dated, still]) assert.ok(await stored(store, other));
      await store.load(own, undefined, 600);
      assert.ok(await stored(store, own));
    },

  'a record expires, and clearExpired removes no other': async (store, user) => {
    const other = newUser();
    await store.save(other, record(1), minute);
    await store.save(user, record(1), { milliseconds: 20, replaces: 0 });
    await pause(60);
    await store.clearExpired();
    assert.equal(await stored(store, user), undefined);
    assert.deepEqual(await stored(store, other), record(1));
  },

  'of many owners exactly one gets the lock': async (store, user) => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.load(user, createLock(`owner ${index}`))),
    );
    const busy = results.flatMap((result) => ('busyFor' in result ? [result.busyFor] : []));
    assert.equal(busy.length, 19);
    for (const milliseconds of busy) assert.ok(milliseconds > 0 && milliseconds <= 60_000);
  },

  'a released lock is free': async (store, user) => {
    await store.load(user, createLock('first'));
    await store.release(user, createLock('first'));
    assert.ok('record' in (await store.load(user, createLock('second'))));
  },

  'a save releases the lock, unless keepLock is set': async (store, user) => {
    const lock = createLock('first');
    await store.load(user, lock);
    await store.save(user, record(1), { ...minute, lock, keepLock: true });
    assert.ok('busyFor' in (await store.load(user, createLock('second'))));
    await store.save(user, record(2), { ...after(1), lock });
    assert.ok('record' in (await store.load(user, createLock('second'))));
  },

  'without the lock, save, renew and release fail': async (store, user) => {
    await store.load(user, createLock('first'));
    const lock = createLock('second');
    assert.deepEqual(await store.save(user, record(1), { ...minute, lock }), {
      current: undefined,
    });
    assert.deepEqual(await store.save(user, record(1), minute), { current: undefined });
    assert.equal(await store.renew(user, lock), false);
    await store.release(user, lock);
    assert.ok('busyFor' in (await store.load(user, lock)));
  },

  'a lock ends with its lease': async (store, user) => {
    await store.load(user, createLock('first', 20));
    await pause(60);
    assert.ok('record' in (await store.load(user, createLock('second'))));
    assert.equal(await store.renew(user, createLock('first')), false);
  },

  'a renewed lock lasts': async (store, user) => {
    await store.load(user, createLock('first', 40));
    assert.equal(await store.renew(user, createLock('first')), true);
    await pause(80);
    assert.ok('busyFor' in (await store.load(user, createLock('second'))));
  },

  'a lock that has ended does not prevent a save': async (store, user) => {
    const lock = createLock('first', 20);
    await store.load(user, lock);
    await pause(60);
    assert.equal(await store.save(user, record(1), { ...minute, lock }), undefined);
  },
};

/**
 * The requirements of every ContextStore, for the tests of your own store, in any test runner.
 *
 * @example
 * import { contextStoreContract } from '@wechat-mp/core/context-store-contract';
 * for (const { name, run } of contextStoreContract) test(name, () => run(new MyStore()));
 */
export const contextStoreContract: readonly ContextStoreCheck[] = Object.entries(checks).map(
  ([name, check]) => ({ name, run: (store) => check(store, newUser()) }),
);
