import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type DeliveryId, type DeliveryStore, HELD_LIMITS } from './store.ts';

/** The checks of what outlives a delivery: replies that are held, and runs that are registered. */
export const lastingChecks: Record<
  string,
  (store: DeliveryStore, id: DeliveryId) => Promise<void>
> = {
  'what is held is taken once, in its order, by its user': async (store, id) => {
    assert.deepEqual(await store.takeHeld(id), []);
    await store.hold(id, '{"n":1}', 60_000);
    await store.hold(id, '{"n":2}', 60_000);
    assert.deepEqual(await store.takeHeld({ ...id, openid: 'another' }), []);
    assert.deepEqual(await store.takeHeld({ ...id, account: 'gh_another' }), []);
    assert.deepEqual(await store.takeHeld(id), ['{"n":1}', '{"n":2}']);
    assert.deepEqual(await store.takeHeld(id), []);
  },

  'what is held is forgotten with its time': async (store, id) => {
    await store.hold(id, '{"n":1}', 20);
    await pause(60);
    assert.deepEqual(await store.takeHeld(id), []);
  },

  'no more is held than HELD_LIMITS say': async (store, id) => {
    for (let piece = 0; piece < HELD_LIMITS.pieces; piece += 1) {
      assert.equal(await store.hold(id, `{"n":${piece}}`, 60_000), true);
    }
    assert.equal(await store.hold(id, '{}', 60_000), false);
    assert.equal((await store.takeHeld(id)).length, HELD_LIMITS.pieces);
    const half = 'x'.repeat(HELD_LIMITS.bytes / 2);
    assert.equal(await store.hold(id, half, 60_000), true);
    assert.equal(await store.hold(id, `${half}x`, 60_000), false);
    assert.equal(await store.hold(id, half, 60_000), true);
    await store.takeHeld(id);
  },

  'where runs are registered: one whose process has died is taken once, by who knows its account':
    async ({ runRegistry }, id) => {
      if (!runRegistry) return;
      const account = `gh_${id.openid}`;
      const isKnown = (known: string) => known === account;
      const run = (key: string) => ({ account, owner: 'me', message: `<xml>${key}</xml>` });
      const [mine, other, ended] = ['mine', 'other', 'ended'].map((name) => ({
        ...id,
        account,
        key: `${id.key}-${name}`,
      })) as [DeliveryId, DeliveryId, DeliveryId];
      for (const one of [mine, other, ended]) await runRegistry.write(one, run(one.key), 60_000);
      assert.deepEqual(await runRegistry.takeExpired(isKnown, 10), []);
      await runRegistry.erase(ended);
      await runRegistry.beat(1);
      await pause(20);
      assert.deepEqual(await runRegistry.takeExpired(() => false, 10), []);
      const taken = [
        ...(await runRegistry.takeExpired(isKnown, 1)),
        ...(await runRegistry.takeExpired(isKnown, 1)),
      ];
      const messages = taken.map(({ message }) => message).sort();
      assert.deepEqual(
        messages,
        [run(mine.key), run(other.key)].map((one) => one.message),
      );
      assert.deepEqual(await runRegistry.takeExpired(isKnown, 10), []);
    },
};
