import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Claim, Claimed, DeliveryId, DeliveryStore, Finish } from './store.ts';

/** One thing that every DeliveryStore must do. */
export interface DeliveryStoreCheck {
  readonly name: string;
  /** Rejects when the store does not do it. Uses messages of its own, so checks may share a store. */
  readonly run: (store: DeliveryStore) => Promise<void>;
}

let messages = 0;
const newMessage = (): DeliveryId => {
  messages += 1;
  const openid = `user-${process.pid}-${Date.now()}-${messages}`;
  return { account: 'gh_contract', openid, key: `message-of-${openid}` };
};
const claimOf = (owner: string, others: Partial<Claim> = {}): Claim => {
  return { owner, lease: 60_000, isNew: true, body: 'body', ...others };
};
const endOf = (owner: string, others: Partial<Finish> = {}): Finish => {
  return { owner, outcome: { a: '你好' }, isAnswering: true, ...others };
};
const wait = { milliseconds: 5000 };
const ended = { state: 'ended', outcome: { a: '你好' } };
const stateOf = ({ state }: Claimed) => state;

const checks: Record<string, (store: DeliveryStore, id: DeliveryId) => Promise<void>> = {
  'of many deliveries at once one runs, and all are counted': async (store, id) => {
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.claim(id, claimOf(`owner ${index}`))),
    );
    assert.deepEqual(claims.filter(({ state }) => state === 'yours').length, 1);
    assert.deepEqual(claims.filter(({ state }) => state === 'running').length, 19);
    const attempts = claims.map(({ attempt }) => attempt).sort((a, b) => a - b);
    assert.deepEqual(
      attempts,
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  },

  'messages are told apart by their key': async (store, id) => {
    for (const message of [id, { ...id, key: `${id.key}-another` }]) {
      assert.deepEqual(await store.claim(message, claimOf('me')), {
        attempt: 1,
        isSame: true,
        state: 'yours',
        replaces: undefined,
      });
    }
  },

  'a delivery that comes again is not counted twice': async (store, id) => {
    await store.claim(id, claimOf('first'));
    const again = await store.claim(id, claimOf('second', { isNew: false }));
    assert.deepEqual(again, { attempt: 1, isSame: true, state: 'running' });
  },

  'another body is told': async (store, id) => {
    await store.claim(id, claimOf('first'));
    assert.equal((await store.claim(id, claimOf('second', { body: 'other' }))).isSame, false);
    assert.equal((await store.claim(id, claimOf('third'))).isSame, true);
  },

  'a delivery that comes after the end gets the reply, each of them': async (store, id) => {
    await store.claim(id, claimOf('first'));
    assert.equal(await store.finish(id, endOf('first')), 'answer');
    for (const attempt of [2, 3]) {
      const claimed = await store.claim(id, claimOf('second'));
      assert.deepEqual(claimed, { attempt, isSame: true, ...ended });
    }
  },

  'who waits gets the reply when the run ends': async (store, id) => {
    await store.claim(id, claimOf('first'));
    await store.claim(id, claimOf('second'));
    const waiting = [store.wait(id, wait), store.wait(id, wait)];
    await pause(50);
    assert.equal(await store.finish(id, endOf('first', { isAnswering: false })), 'wait');
    assert.deepEqual(await Promise.all(waiting), [ended, ended]);
    assert.equal(await store.takeLate(id), false);
  },

  'who waits after the end gets the reply at once': async (store, id) => {
    await store.claim(id, claimOf('first'));
    await store.finish(id, endOf('first', { isAnswering: false }));
    assert.deepEqual(await store.wait(id, wait), ended);
  },

  'who waits does so for no longer than said': async (store, id) => {
    await store.claim(id, claimOf('first'));
    await store.claim(id, claimOf('second'));
    assert.equal(await store.wait(id, { milliseconds: 30 }), undefined);
    assert.equal(await store.wait(id, { ...wait, signal: AbortSignal.timeout(30) }), undefined);
    assert.equal(await store.wait(id, { ...wait, signal: AbortSignal.abort() }), undefined);
  },

  'a run whose lease is over is free, and the claim names the owner that died': async (
    store,
    id,
  ) => {
    await store.claim(id, claimOf('first', { lease: 40 }));
    assert.deepEqual(await store.wait(id, wait), { state: 'free' });
    const claimed = await store.claim(id, claimOf('second', { isNew: false }));
    assert.deepEqual(claimed, { attempt: 1, isSame: true, state: 'yours', replaces: 'first' });
    assert.equal(await store.finish(id, endOf('first')), 'lost');
    assert.equal(await store.renew(id, { owner: 'first', lease: 60_000 }), 'lost');
    assert.equal(await store.finish(id, endOf('second')), 'answer');
  },

  'a lease that is renewed is not over': async (store, id) => {
    for (let lease = 40; ; lease *= 2) {
      const run = { ...id, key: `${id.key}-${lease}` };
      await store.claim(run, claimOf('first', { lease }));
      const renewed = await store.renew(run, { owner: 'first', lease: 60_000 });
      // A machine that is slower than the lease has another try, with a longer one.
      if (renewed !== 'renewed' && lease < 5000) continue;
      assert.equal(renewed, 'renewed');
      await pause(lease + 20);
      assert.equal(stateOf(await store.claim(run, claimOf('second'))), 'running');
      return;
    }
  },

  'a run that is given back is free at once': async (store, id) => {
    await store.claim(id, claimOf('first'));
    await store.claim(id, claimOf('second'));
    const waiting = store.wait(id, wait);
    await pause(50);
    await store.finish(id, endOf('first', { outcome: undefined }));
    assert.deepEqual(await waiting, { state: 'free' });
    const claimed = await store.claim(id, claimOf('third'));
    assert.deepEqual(claimed, { attempt: 3, isSame: true, state: 'yours', replaces: undefined });
  },

  'when the newest delivery is given up the reply is late, and for no delivery any more': async (
    store,
    id,
  ) => {
    await store.claim(id, claimOf('first'));
    await store.claim(id, claimOf('second'));
    assert.equal(await store.giveUp(id, 2), undefined);
    assert.equal(await store.renew(id, { owner: 'first', lease: 60_000 }), 'late');
    assert.equal(await store.finish(id, endOf('first')), 'late');
    assert.deepEqual(await store.wait(id, wait), { state: 'ended', outcome: undefined });
    assert.equal(stateOf(await store.claim(id, claimOf('third'))), 'ended');
  },

  'a reply that is put back can be had by another delivery, or late': async (store, id) => {
    await store.claim(id, claimOf('first'));
    assert.equal(await store.finish(id, endOf('first')), 'answer');
    assert.equal(await store.takeLate(id), false);
    await store.putBack(id);
    assert.equal(stateOf(await store.claim(id, claimOf('second'))), 'ended');
    assert.equal(await store.takeLate(id), false);
    await store.putBack(id);
    assert.equal(await store.takeLate(id), true);
    await store.putBack(id);
    assert.deepEqual(await store.wait(id, wait), { state: 'ended', outcome: undefined });
  },

  'an older delivery that is given up changes nothing': async (store, id) => {
    await store.claim(id, claimOf('first'));
    await store.claim(id, claimOf('second'));
    assert.equal(await store.giveUp(id, 1), undefined);
    assert.equal(await store.finish(id, endOf('first', { isAnswering: false })), 'wait');
  },

  'a delivery after one that was given up may have the reply again': async (store, id) => {
    await store.claim(id, claimOf('first'));
    await store.giveUp(id, 1);
    await store.claim(id, claimOf('second'));
    assert.equal(await store.finish(id, endOf('first', { isAnswering: false })), 'wait');
    assert.deepEqual(await store.wait(id, wait), ended);
  },

  'a delivery that is given up when the reply is there gets it': async (store, id) => {
    await store.claim(id, claimOf('first'));
    await store.claim(id, claimOf('second'));
    await store.finish(id, endOf('first', { isAnswering: false }));
    assert.deepEqual(await store.giveUp(id, 2), ended);
  },

  'a reply is taken late once, and then no delivery gets it': async (store, id) => {
    assert.equal(await store.takeLate(id), false);
    await store.claim(id, claimOf('first'));
    assert.equal(await store.takeLate(id), false);
    await store.finish(id, endOf('first', { isAnswering: false }));
    assert.equal(await store.takeLate(id), true);
    assert.equal(await store.takeLate(id), false);
    assert.deepEqual(await store.giveUp(id, 1), { state: 'ended', outcome: undefined });
  },

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

  'where runs are written down: one whose time is over is taken once, by who knows its account':
    async ({ records }, id) => {
      if (!records) return;
      const account = `gh_${id.openid}`;
      const [mine, ended] = [
        { ...id, account },
        { ...id, account, key: `${id.key}-ended` },
      ];
      for (const run of [mine, ended]) await records.write(run, '<xml/>', 60_000);
      assert.deepEqual(await records.takeDead([account]), []);
      for (const run of [mine, ended]) await records.write(run, `<xml>${run.key}</xml>`, 1);
      await records.erase(ended);
      await pause(20);
      assert.deepEqual(await records.takeDead(['another']), []);
      assert.deepEqual(await records.takeDead(['another', account]), [
        { account, message: `<xml>${id.key}</xml>` },
      ]);
      assert.deepEqual(await records.takeDead([account]), []);
    },

  'who listens is interrupted, until they listen no more': async (store, id) => {
    const other = { ...id, openid: `${id.openid}-other` };
    const heard = { id: 0, other: 0 };
    const stop = store.onInterrupt(id, () => {
      heard.id += 1;
    });
    const stopOther = store.onInterrupt(other, () => {
      heard.other += 1;
    });
    // A store may need a moment until it listens, and until it tells.
    const interrupt = async (name: 'id' | 'other') => {
      const before = heard[name];
      for (let tries = 0; tries < 500 && heard[name] === before; tries += 1) {
        await store.interrupt(name === 'id' ? id : other);
        await pause(20);
      }
      assert.ok(heard[name] > before, 'who listens is interrupted');
    };
    await interrupt('other');
    assert.equal(heard.id, 0);
    await interrupt('id');
    stop();
    const before = heard.id;
    await store.interrupt(id);
    await interrupt('other');
    assert.equal(heard.id, before);
    stopOther();
  },
};

/**
 * What every DeliveryStore must do, for the tests of a store of your own.
 *
 * @example
 * for (const { name, run } of deliveryStoreContract) test(name, () => run(new MyStore()));
 */
export const deliveryStoreContract: readonly DeliveryStoreCheck[] = Object.entries(checks).map(
  ([name, check]) => ({ name, run: (store) => check(store, newMessage()) }),
);
