import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, MemoryDeliveryStore } from '@wechat-mp/core';
import { deliveryStoreContract } from '@wechat-mp/core/delivery-store-contract';

const message = (key: number) => ({ account: 'gh_1', openid: 'user', key: String(key) });
const claim = { owner: 'me', lease: 1000, body: 'body' };
const end = { owner: 'me', outcome: null, answering: 1 };

describe('the contract', () => {
  it.each(deliveryStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    run(new MemoryDeliveryStore()),
  );
});

describe('MemoryDeliveryStore', () => {
  it('forgets a run 30 seconds after its end, by the clock that it is given', async () => {
    let time = 0;
    const store = new MemoryDeliveryStore({ now: () => time });
    await store.claim(message(1), claim);
    await store.finish(message(1), end);
    time = 29_999;
    expect(await store.claim(message(1), claim)).toMatchObject({ state: 'ended', attempt: 2 });
    time = 30_000;
    expect(await store.claim(message(1), claim)).toMatchObject({ state: 'yours', attempt: 1 });
  });

  it('drops the oldest ended runs beyond maxEntries, and no running one', async () => {
    const store = new MemoryDeliveryStore({ maxEntries: 2 });
    await store.claim(message(0), claim);
    for (const key of [1, 2, 3]) {
      await store.claim(message(key), claim);
      await store.finish(message(key), end);
    }
    const another = { ...claim, owner: 'another' };
    expect(await store.claim(message(0), another)).toMatchObject({ state: 'running' });
    expect(await store.claim(message(1), claim)).toMatchObject({ state: 'yours', attempt: 1 });
    expect(await store.claim(message(3), claim)).toMatchObject({ state: 'ended' });
  });

  it('drops no reply that waits for who gives it to the user', async () => {
    let time = 0;
    const store = new MemoryDeliveryStore({ maxEntries: 2, now: () => time });
    const outcome = { reply: { type: 'text', content: 'an answer' }, time: 0 } as const;
    await store.claim(message(0), claim);
    expect(await store.finish(message(0), { ...end, outcome, answering: 0 })).toBe('park');
    for (const key of [1, 2, 3, 4, 5, 6]) {
      await store.claim(message(key), claim);
      await store.finish(message(key), { ...end, outcome });
    }
    expect(await store.claimLateReply(message(0))).toBe(true);
    time = 30_000;
    expect(await store.claim(message(0), claim)).toMatchObject({ state: 'yours' });
  });

  it('starts no timer for what it keeps', async () => {
    const before = process.getActiveResourcesInfo().length;
    const store = new MemoryDeliveryStore();
    for (let key = 0; key < 1000; key += 1) {
      await store.claim(message(key), claim);
      if (key % 2) await store.finish(message(key), end);
      await store.hold(message(key), '{}', 60_000);
    }
    expect(process.getActiveResourcesInfo()).toHaveLength(before);
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot keep %d entries', (maxEntries) => {
    expect(() => new MemoryDeliveryStore({ maxEntries })).toThrow(InvalidArgumentError);
  });
});
