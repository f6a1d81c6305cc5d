/** A message stands in the registry while this process still has to answer it, and no longer. */
import { expect, it } from '@jest/globals';
import { type Clock, MemoryDeliveryStore } from '@wechat-mp/core';
import type { RunRegistry } from '@wechat-mp/core/stores';
import { createRandom, SteppedClock } from '../../../../test/support/orders.ts';
import type { Account } from '../../src/account.ts';
import { Registrations } from '../../src/delivery/run/heartbeat.ts';

it('who enters while the last one is being erased is written, and erased in turn', async () => {
  const clock = new SteppedClock(createRandom(1));
  const pass = (milliseconds: number) =>
    new Promise<void>((resolve) => void clock.at(milliseconds, resolve));
  const written = new Set<string>();
  const writing = [300, 100, 300];
  let beats = 0;
  const runRegistry: RunRegistry = {
    write: async ({ key }) => {
      await pass(writing.shift() as number);
      written.add(key);
    },
    erase: async ({ key }) => {
      await pass(100);
      written.delete(key);
    },
    beat: async () => {
      beats += 1;
    },
    takeExpired: async () => [],
  };
  const account = {
    id: 'default',
    deliveries: Object.assign(new MemoryDeliveryStore(), { runRegistry }),
    replyWindow: 4500,
    clock: {
      now: () => clock.now(),
      wallTime: () => clock.now(),
      setTimeout: (callback, milliseconds) => clock.at(milliseconds, callback),
      clearTimeout: (timer) => void Object.assign(timer, { isCancelled: true }),
    } satisfies Clock,
  } as unknown as Account;
  const registrations = new Registrations();
  const id = { account: 'default', openid: 'o1', key: 'a message' };
  const run = { owner: '1', message: { raw: '' } as never };
  const enter = () => void registrations.enter(id, account, run);
  const leave = () => registrations.leave(id, account);
  clock.at(0, enter);
  clock.at(60, leave);
  clock.at(100, enter);
  clock.at(160, leave);
  clock.at(460, enter);
  clock.at(720, leave);
  const seen: unknown[] = [];
  clock.at(2000, () => seen.push(...written, beats));
  await clock.run(60_000);
  expect(seen).toEqual([beats]);
});
