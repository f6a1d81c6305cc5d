import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Claim,
  type Claimed,
  type DeliveryId,
  type DeliveryStore,
  type Ended,
  type Finish,
  HELD_LIMITS,
} from './store.ts';

/** One requirement of every DeliveryStore. */
export interface DeliveryStoreCheck {
  readonly name: string;
  /** Rejects when the store does not meet it. Uses its own messages, so checks may share a store. */
  readonly run: (store: DeliveryStore) => Promise<void>;
}

const outcome = {
  reply: { type: 'text', content: '你好' },
  time: 1_700_000_000,
  rest: { type: 'text', content: '再见' },
} as const;
let messages = 0;
const newMessage = (): DeliveryId => {
  messages += 1;
  const openid = `user-${process.pid}-${Date.now()}-${messages}`;
  return { account: 'gh_contract', openid, key: `message-of-${openid}` };
};
const createClaim = (owner: string, others: Partial<Claim> = {}): Claim => {
  return { owner, lease: 60_000, body: 'body', ...others };
};
const createFinish = (owner: string, others: Partial<Finish> = {}): Finish => {
  return { owner, outcome, answering: 1, ...others };
};
const wait = { attempt: 2, milliseconds: 5000 };
const original = { sentAt: 1_700_000_002, nonce: 'one', copiedWithin: 60_000 };
const next = { sentAt: 1_700_000_007, nonce: 'two', copiedWithin: 60_000 };
const ended = { state: 'ended', outcome };
const late = { state: 'ended', outcome: undefined };
const getState = ({ state }: Claimed) => state;
/** Leaves out who ended the run, and how late a copy was. */
const getReply = ({
  owner: _owner,
  sender: _sender,
  behind: _behind,
  ...told
}: Claimed & Pick<Partial<Ended>, 'owner' | 'sender'>) => told;

const checks: Record<string, (store: DeliveryStore, id: DeliveryId) => Promise<void>> = {
  'held replies are taken once, in order, by their user': async (store, id) => {
    assert.deepEqual(await store.takeHeld(id), []);
    await store.hold(id, '{"n":1}', 60_000);
    await store.hold(id, '{"n":2}', 60_000);
    assert.deepEqual(await store.takeHeld({ ...id, openid: 'another' }), []);
    assert.deepEqual(await store.takeHeld({ ...id, account: 'gh_another' }), []);
    assert.deepEqual(await store.takeHeld(id), ['{"n":1}', '{"n":2}']);
    assert.deepEqual(await store.takeHeld(id), []);
  },

  'held replies expire': async (store, id) => {
    await store.hold(id, '{"n":1}', 20);
    await pause(60);
    assert.deepEqual(await store.takeHeld(id), []);
  },

  'held replies are limited by HELD_LIMITS': async (store, id) => {
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

  'registered runs of a dead process are taken once, by a process that knows their account': async (
    { runRegistry },
    id,
  ) => {
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

  'of many concurrent deliveries one runs, and all are counted': async (store, id) => {
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.claim(id, createClaim(`owner ${index}`))),
    );
    assert.deepEqual(claims.filter(({ state }) => state === 'yours').length, 1);
    assert.deepEqual(claims.filter(({ state }) => state === 'running').length, 19);
    const attempts = claims.map(({ attempt }) => attempt).sort((a, b) => a - b);
    assert.deepEqual(
      attempts,
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  },

  'messages are distinguished by their key': async (store, id) => {
    for (const message of [id, { ...id, key: `${id.key}-another` }]) {
      assert.deepEqual(getReply(await store.claim(message, createClaim('me'))), {
        attempt: 1,
        isSame: true,
        state: 'yours',
        replaces: undefined,
      });
    }
  },

  'a repeated delivery is not counted twice': async (store, id) => {
    await store.claim(id, createClaim('first'));
    const again = await store.claim(id, createClaim('second', { attempt: 1 }));
    assert.deepEqual(getReply(again), { attempt: 1, isSame: true, state: 'running' });
  },

  'another body is detected': async (store, id) => {
    await store.claim(id, createClaim('first'));
    assert.equal((await store.claim(id, createClaim('second', { body: 'other' }))).isSame, false);
    assert.equal((await store.claim(id, createClaim('third'))).isSame, true);
  },

  'every delivery after the end gets the reply': async (store, id) => {
    await store.claim(id, createClaim('first'));
    assert.equal(await store.finish(id, createFinish('first')), 'respond');
    for (const attempt of [2, 3]) {
      const claimed = await store.claim(id, createClaim('second'));
      assert.deepEqual(getReply(claimed), { attempt, isSame: true, ...ended });
    }
  },

  'wait() returns the reply when the run ends': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.claim(id, createClaim('second'));
    const waiting = [store.wait(id, wait), store.wait(id, { ...wait, attempt: 1 })];
    await pause(50);
    assert.equal(await store.finish(id, createFinish('first', { answering: 0 })), 'park');
    assert.deepEqual(await Promise.all(waiting), [ended, ended]);
    assert.equal(await store.claimLateReply(id), false);
  },

  'wait() after the end returns the reply at once': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.finish(id, createFinish('first', { answering: 0 }));
    assert.deepEqual(await store.wait(id, wait), ended);
  },

  'wait() honours its timeout': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.claim(id, createClaim('second'));
    assert.equal(await store.wait(id, { attempt: 2, milliseconds: 30 }), undefined);
    assert.equal(await store.wait(id, { ...wait, signal: AbortSignal.timeout(30) }), undefined);
    assert.equal(await store.wait(id, { ...wait, signal: AbortSignal.abort() }), undefined);
  },

  'a run whose lease has ended is free, and the claim names the dead owner': async (store, id) => {
    await store.claim(id, createClaim('first', { lease: 40 }));
    assert.deepEqual(await store.wait(id, wait), { state: 'free' });
    const claimed = await store.claim(id, createClaim('second', { attempt: 1 }));
    assert.deepEqual(getReply(claimed), {
      attempt: 1,
      isSame: true,
      state: 'yours',
      replaces: 'first',
    });
    assert.equal(await store.finish(id, createFinish('first')), 'stale');
    assert.equal(await store.renew(id, { owner: 'first', lease: 60_000 }), 'stale');
    assert.equal(await store.finish(id, createFinish('second')), 'respond');
  },

  'a renewed lease has not ended': async (store, id) => {
    for (let lease = 40; ; lease *= 2) {
      const run = { ...id, key: `${id.key}-${lease}` };
      await store.claim(run, createClaim('first', { lease }));
      const renewed = await store.renew(run, { owner: 'first', lease: 60_000 });
      // A machine that is slower than the lease has another try, with a longer one.
      if (renewed !== 'renewed' && lease < 5000) continue;
      assert.equal(renewed, 'renewed');
      await pause(lease + 20);
      assert.equal(getState(await store.claim(run, createClaim('second'))), 'running');
      return;
    }
  },

  'a run that is given up is free at once': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.claim(id, createClaim('second'));
    const waiting = store.wait(id, wait);
    await pause(50);
    await store.finish(id, createFinish('first', { outcome: undefined }));
    assert.deepEqual(await waiting, { state: 'free' });
    const claimed = await store.claim(id, createClaim('third'));
    assert.deepEqual(getReply(claimed), {
      attempt: 3,
      isSame: true,
      state: 'yours',
      replaces: undefined,
    });
  },

  'whose window closes learns that nobody runs it any more': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.claim(id, createClaim('second'));
    assert.equal(await store.closeWindow(id, 1), undefined);
    await store.finish(id, createFinish('first', { outcome: undefined }));
    assert.deepEqual(await store.closeWindow(id, 2), { state: 'free' });
    const again = createClaim('third', { attempt: 0 });
    assert.equal(getState(await store.claim(id, again)), 'yours');
    assert.equal(await store.finish(id, createFinish('third', { answering: 0 })), 'defer');
  },

  'who has given a run up does not keep it': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.finish(id, createFinish('first', { outcome: undefined }));
    assert.equal(await store.renew(id, { owner: 'first', lease: 60_000 }), 'stale');
    assert.equal(getState(await store.claim(id, createClaim('second'))), 'yours');
  },

  'what nobody has is its former owner’s still': async (store, id) => {
    await store.claim(id, createClaim('first', { lease: 1 }));
    await pause(20);
    await store.claim(id, createClaim('second'));
    await store.finish(id, createFinish('second', { outcome: undefined }));
    assert.equal(await store.renew(id, { owner: 'first', lease: 60_000 }), 'renewed');
    assert.equal(getState(await store.claim(id, createClaim('third'))), 'running');
    await store.finish(id, createFinish('first', { outcome: undefined }));
    assert.equal(await store.finish(id, createFinish('first')), 'respond');
    assert.equal(await store.finish(id, createFinish('second')), 'stale');
  },

  'when the latest delivery is given up the reply is late, and no delivery gets it': async (
    store,
    id,
  ) => {
    await store.claim(id, createClaim('first'));
    await store.claim(id, createClaim('second'));
    assert.equal(await store.closeWindow(id, 2), undefined);
    assert.equal(await store.renew(id, { owner: 'first', lease: 60_000 }), 'late');
    assert.equal(await store.finish(id, createFinish('first')), 'defer');
    assert.deepEqual(await store.wait(id, wait), late);
    const looked = await store.claim(id, createClaim('other', { attempt: 0 }));
    assert.deepEqual(getReply(looked), { attempt: 2, isSame: true, ...ended });
    assert.equal(await store.claimLateReply(id), true);
    assert.equal(await store.claimLateReply(id), false);
    assert.equal(getState(await store.claim(id, createClaim('third'))), 'ended');
  },

  'releasing it for no delivery only tells whether nobody has a reply': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.finish(id, createFinish('first', { answering: 0 }));
    assert.equal(await store.releaseReply(id, 0), true);
    await store.claim(id, createClaim('second'));
    assert.equal(await store.releaseReply(id, 0), false);
    assert.equal(await store.claimLateReply(id), false);
    assert.equal(await store.releaseReply(id, 2), true);
    assert.equal(await store.releaseReply(id, 0), true);
    assert.equal(await store.claimLateReply(id), true);
    assert.equal(await store.releaseReply(id, 0), false);
  },

  'a released reply is available to another delivery, or late': async (store, id) => {
    await store.claim(id, createClaim('first'));
    assert.equal(await store.finish(id, createFinish('first')), 'respond');
    assert.equal(await store.claimLateReply(id), false);
    assert.equal(await store.releaseReply(id, 1), true);
    assert.equal(getState(await store.claim(id, createClaim('second'))), 'ended');
    assert.equal(await store.claimLateReply(id), false);
    assert.equal(await store.releaseReply(id, 2), true);
    assert.equal(await store.claimLateReply(id), true);
    assert.equal(await store.releaseReply(id, 2), false);
    assert.deepEqual(await store.wait(id, wait), late);
  },

  'of several deliveries the latest holds the reply: an older one cannot release it': async (
    store,
    id,
  ) => {
    await store.claim(id, createClaim('first'));
    await store.claim(id, createClaim('second'));
    await store.finish(id, createFinish('first'));
    assert.deepEqual(await store.wait(id, { ...wait, attempt: 2 }), ended);
    assert.deepEqual(await store.wait(id, { ...wait, attempt: 1 }), ended);
    assert.equal(await store.releaseReply(id, 1), false);
    assert.equal(await store.claimLateReply(id), false);
    assert.equal(await store.releaseReply(id, 2), true);
    assert.equal(await store.claimLateReply(id), true);
  },

  'a claim that another one overtook on its way returns the reply to whom it was taken from':
    async (store, id) => {
      await store.claim(id, createClaim('first'));
      await store.finish(id, createFinish('first', { answering: 0 }));
      await store.claim(id, createClaim('second'));
      assert.equal(getState(await store.claim(id, createClaim('third'))), 'ended');
      assert.equal(await store.releaseReply(id, 3, 60_000), false);
      assert.equal(await store.claimLateReply(id), false);
      assert.equal(await store.releaseReply(id, 2), true);
      assert.equal(await store.claimLateReply(id), true);
    },

  'of claims that overtook each other the first one taken stays: all others can be released':
    async (store, id) => {
      await store.claim(id, createClaim('first'));
      await store.finish(id, createFinish('first'));
      await store.claim(id, createClaim('second'));
      await store.claim(id, createClaim('third'));
      assert.equal(await store.releaseReply(id, 2, 60_000), false);
      assert.equal(await store.releaseReply(id, 3, 60_000), false);
      assert.equal(await store.claimLateReply(id), false);
      assert.equal(await store.releaseReply(id, 1), true);
      assert.equal(await store.claimLateReply(id), true);
    },

  'a delivery that seems older may be newer: it stays when the holder is released': async (
    store,
    id,
  ) => {
    await store.claim(id, createClaim('first'));
    await store.claim(id, createClaim('second'));
    await store.finish(id, createFinish('first', { answering: 0 }));
    await store.claim(id, createClaim('third'));
    assert.deepEqual(await store.wait(id, { ...wait, attempt: 2 }), ended);
    assert.equal(await store.releaseReply(id, 3, 60_000), false);
    assert.equal(await store.claimLateReply(id), false);
    assert.equal(await store.releaseReply(id, 2), true);
  },

  'who claims later than another has the reply shows that this one is over': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.finish(id, createFinish('first'));
    await pause(30);
    await store.claim(id, createClaim('second'));
    assert.equal(await store.releaseReply(id, 2, 1), true);
    assert.equal(await store.claimLateReply(id), true);
  },

  'a reply that a delivery has already is not sent late, whoever ended the run': async (
    store,
    id,
  ) => {
    await store.claim(id, createClaim('first'));
    await store.finish(id, createFinish('first', { answering: 0 }));
    await store.finish(id, createFinish('first', { answering: 3, isTaken: true }));
    assert.equal(await store.claimLateReply(id), false);
    const other = { ...id, key: `${id.key}-other` };
    await store.claim(other, createClaim('second'));
    await store.finish(other, createFinish('second', { answering: 0 }));
    const late = createFinish('first', { answering: 3, isTaken: true });
    assert.equal(await store.finish(other, late), 'stale');
    assert.equal(await store.claimLateReply(other), false);
  },

  'a delivery that the platform sent in an earlier second is over, however long a claim took':
    async (store, id) => {
      await store.claim(id, createClaim('first', { sentAt: 1_700_000_007 }));
      await store.finish(id, createFinish('first'));
      await store.claim(id, createClaim('second', { sentAt: 1_700_000_002 }));
      await store.claim(id, createClaim('third', { sentAt: 1_700_000_007 }));
      assert.equal(await store.releaseReply(id, 3, 60_000), false);
      assert.equal(await store.claimLateReply(id), false);
      assert.equal(await store.releaseReply(id, 1, 60_000), true);
      assert.equal(await store.claimLateReply(id), true);
    },

  'copies of a delivery are numbered between it and the next one': async (store, id) => {
    const claimAs = async (owner: string, others: Partial<Claim>) =>
      (await store.claim(id, createClaim(owner, others))).attempt;
    assert.equal(await claimAs('first', original), 1);
    assert.equal(await claimAs('second', original), 1.001);
    assert.equal(await claimAs('third', original), 1.002);
    assert.equal(await claimAs('fourth', next), 2);
    assert.equal(await claimAs('fifth', original), 1.003);
    assert.equal(await claimAs('fifth again', next), 2.001);
    assert.equal(await claimAs('sixth', { ...next, nonce: 'other' }), 3);
    assert.equal(await claimAs('seventh', { ...next, copiedWithin: 0 }), 4);
    assert.equal(await claimAs('eighth', { attempt: 1.001 }), 4);
  },

  'a copy is known by how much later than its original it came': async (store, id) => {
    assert.equal((await store.claim(id, createClaim('first', original))).behind ?? 0, 0);
    await pause(50);
    const { behind = 0 } = await store.claim(id, createClaim('second', original));
    assert.ok(behind >= 45 && behind < 60_000, `${behind} ms`);
    assert.equal((await store.claim(id, createClaim('third', next))).behind ?? 0, 0);
  },

  'a copy is no later delivery: what its original is answered without is late': async (
    store,
    id,
  ) => {
    await store.claim(id, createClaim('first', original));
    await store.claim(id, createClaim('second', original));
    assert.equal(await store.closeWindow(id, 1), undefined);
    await store.claim(id, createClaim('third', original));
    await store.finish(id, createFinish('first', { answering: 0 }));
    assert.deepEqual(await store.wait(id, { ...wait, attempt: 1.001 }), late);
    assert.equal(await store.claimLateReply(id), true);
  },

  'a copy that releases a reply leaves it to its original, and so the other way': async (
    store,
    id,
  ) => {
    await store.claim(id, createClaim('first', original));
    await store.finish(id, createFinish('first'));
    await pause(30);
    assert.equal(getState(await store.claim(id, createClaim('second', original))), 'ended');
    assert.equal(getState(await store.claim(id, createClaim('third', original))), 'ended');
    assert.equal(await store.releaseReply(id, 1.002, 1), false);
    assert.equal(await store.releaseReply(id, 1, 1), false);
    assert.equal(await store.claimLateReply(id), false);
    assert.equal(await store.releaseReply(id, 1.001, 1), true);
    assert.equal(await store.claimLateReply(id), true);
  },

  'a reply is given neither to a copy nor to its original once the next delivery was counted':
    async (store, id) => {
      await store.claim(id, createClaim('first', original));
      await store.claim(id, createClaim('second', original));
      await store.claim(id, createClaim('third', next));
      assert.equal(await store.finish(id, createFinish('first', { answering: 1.001 })), 'park');
      assert.deepEqual(await store.wait(id, { ...wait, attempt: 1.001 }), late);
      assert.deepEqual(await store.wait(id, { ...wait, attempt: 1 }), late);
      assert.equal(await store.releaseReply(id, 1.001), true);
      assert.deepEqual(await store.wait(id, wait), ended);
      assert.equal(await store.claimLateReply(id), false);
    },

  'a copy that came too late to be known as one takes the reply from none': async (store, id) => {
    await store.claim(id, createClaim('first', original));
    await store.claim(id, createClaim('second', original));
    const third = await store.claim(id, createClaim('third', { ...original, copiedWithin: 0 }));
    assert.equal(third.attempt, 2);
    assert.equal(await store.finish(id, createFinish('first', { answering: 2 })), 'respond');
    assert.deepEqual(await store.wait(id, { ...wait, attempt: 1 }), ended);
    assert.deepEqual(await store.wait(id, { ...wait, attempt: 1.001 }), ended);
    assert.equal(await store.releaseReply(id, 2), false);
    assert.equal(await store.claimLateReply(id), false);
  },

  'the same end told again has the same result, a reply that was claimed to be sent apart': async (
    store,
    id,
  ) => {
    await store.claim(id, createClaim('first', original));
    await store.claim(id, createClaim('second', original));
    const how = createFinish('first', { answering: 1.001 });
    assert.equal(await store.finish(id, how), 'respond');
    assert.equal(await store.finish(id, how), 'respond');
    const other = { ...outcome, time: outcome.time + 1 };
    assert.equal(await store.finish(id, { ...how, outcome: other }), 'stale');
    assert.equal(await store.finish(id, { ...how, outcome: undefined }), 'stale');
    for (const [result, close] of [
      ['park', false],
      ['defer', true],
    ] as const) {
      const one = { ...id, key: `${id.key}-${result}` };
      const end = createFinish('first', { answering: 0 });
      await store.claim(one, createClaim('first'));
      if (close) await store.closeWindow(one, 1);
      assert.equal(await store.finish(one, end), result);
      assert.equal(await store.finish(one, end), result);
      assert.equal(await store.claimLateReply(one, 'a sender'), true);
      assert.equal(await store.finish(one, end), 'stale');
    }
  },

  'a sender may claim a late reply again, and no other one can': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.finish(id, createFinish('first', { answering: 0 }));
    assert.equal(await store.claimLateReply(id, 'a sender'), true);
    assert.equal(await store.claimLateReply(id, 'a sender'), true);
    assert.equal(await store.claimLateReply(id, 'another'), false);
    assert.equal(await store.claimLateReply(id), false);
  },

  'a delivery that was not counted may have the reply, and is before no other': async (
    store,
    id,
  ) => {
    await store.claim(id, createClaim('first', original));
    assert.equal(await store.finish(id, createFinish('first', { answering: 3 })), 'respond');
    assert.deepEqual(await store.wait(id, { ...wait, attempt: 1 }), ended);
    assert.equal(await store.releaseReply(id, 1, 60_000), false);
    assert.equal(await store.releaseReply(id, 3), true);
  },

  'a reply is free once both have released it, in any order': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.finish(id, createFinish('first', { answering: 0 }));
    await store.claim(id, createClaim('second'));
    await store.claim(id, createClaim('third'));
    assert.equal(await store.releaseReply(id, 2), false);
    assert.equal(await store.releaseReply(id, 3, 60_000), true);
    assert.equal(await store.claimLateReply(id), true);
  },

  'a claim tells who ended the run, and who sends its reply': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.finish(id, createFinish('first', { answering: 0 }));
    const look = async () => {
      const { owner, sender, outcome } = (await store.claim(
        id,
        createClaim('second', { attempt: 0 }),
      )) as Claimed & Ended;
      return { owner, sender, outcome };
    };
    assert.deepEqual(await look(), { owner: 'first', sender: undefined, outcome });
    assert.equal(await store.claimLateReply(id, 'a sender'), true);
    assert.deepEqual(await look(), { owner: 'first', sender: 'a sender', outcome: undefined });
  },

  'polling claims no reply': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.finish(id, createFinish('first', { answering: 0 }));
    const looked = await store.claim(id, createClaim('second', { attempt: 0 }));
    assert.deepEqual(getReply(looked), { attempt: 1, isSame: true, ...ended });
    assert.equal(await store.claimLateReply(id), true);
  },

  'the owner of a running run keeps it': async (store, id) => {
    await store.claim(id, createClaim('first', { lease: 40 }));
    const again = await store.claim(id, createClaim('first', { attempt: 0 }));
    assert.deepEqual(getReply(again), {
      attempt: 1,
      isSame: true,
      state: 'yours',
      replaces: undefined,
    });
    await pause(50);
    assert.equal(getState(await store.claim(id, createClaim('second'))), 'running');
  },

  'a run whose owner is known to have died is taken over before its lease ends': async (
    store,
    id,
  ) => {
    await store.claim(id, createClaim('first'));
    const other = await store.claim(id, createClaim('third', { attempt: 0, expired: 'second' }));
    assert.equal(other.state, 'running');
    const taken = await store.claim(id, createClaim('third', { attempt: 0, expired: 'first' }));
    assert.deepEqual(getReply(taken), {
      attempt: 1,
      isSame: true,
      state: 'yours',
      replaces: 'first',
    });
  },

  'giving up an older delivery changes nothing': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.claim(id, createClaim('second'));
    assert.equal(await store.closeWindow(id, 1), undefined);
    assert.equal(await store.finish(id, createFinish('first', { answering: 0 })), 'park');
  },

  'a delivery after one that was given up may get the reply again': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.closeWindow(id, 1);
    await store.claim(id, createClaim('second'));
    assert.equal(await store.finish(id, createFinish('first', { answering: 0 })), 'park');
    assert.deepEqual(await store.wait(id, wait), ended);
  },

  'a delivery that is given up once the reply is available gets it': async (store, id) => {
    await store.claim(id, createClaim('first'));
    await store.claim(id, createClaim('second'));
    await store.finish(id, createFinish('first', { answering: 0 }));
    assert.deepEqual(await store.closeWindow(id, 2), ended);
  },

  'a reply is taken late once, and then no delivery gets it': async (store, id) => {
    assert.equal(await store.claimLateReply(id), false);
    await store.claim(id, createClaim('first'));
    assert.equal(await store.claimLateReply(id), false);
    await store.finish(id, createFinish('first', { answering: 0 }));
    assert.equal(await store.claimLateReply(id), true);
    assert.equal(await store.claimLateReply(id), false);
    assert.deepEqual(await store.closeWindow(id, 1), late);
  },

  'a listener is interrupted until it stops listening': async (store, id) => {
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
        await store.interrupt({ ...(name === 'id' ? id : other), key: 'another message' });
        await pause(20);
      }
      assert.ok(heard[name] > before, 'a listener is interrupted');
    };
    await interrupt('other');
    assert.equal(heard.id, 0);
    await interrupt('id');
    const own = heard.id;
    await store.interrupt(id);
    await interrupt('other');
    assert.equal(heard.id, own);
    stop();
    const before = heard.id;
    await store.interrupt({ ...id, key: 'another message' });
    await interrupt('other');
    assert.equal(heard.id, before);
    stopOther();
  },
};

/**
 * The requirements of every DeliveryStore, for the tests of your own store.
 *
 * @example
 * for (const { name, run } of deliveryStoreContract) test(name, () => run(new MyStore()));
 */
export const deliveryStoreContract: readonly DeliveryStoreCheck[] = Object.entries(checks).map(
  ([name, check]) => ({ name, run: (store) => check(store, newMessage()) }),
);
