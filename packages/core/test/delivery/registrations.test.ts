/** A message stands in the registry while this process still has to answer it, and no longer. */
import { expect, it } from '@jest/globals';
import { type Clock, MemoryDeliveryStore } from '@wechat-mp/core';
import type { RegisteredRun, RunRegistry } from '@wechat-mp/core/stores';
import { createRandom, SteppedClock } from '../../../../test/support/orders.ts';
import type { Account } from '../../src/account.ts';
import { Registrations } from '../../src/delivery/registrations.ts';

/** Registrations in a registry whose calls take a while, and are carried out from a moment on. */
function setUp({ writing = [100], erasing = 100, isBackAt = 0 } = {}) {
  const clock = new SteppedClock(createRandom(1));
  const pass = (milliseconds: number) =>
    new Promise<void>((resolve) => void clock.at(milliseconds, resolve));
  const written = new Map<string, RegisteredRun>();
  const counts = { beats: 0, writes: 0 };
  const runRegistry: RunRegistry = {
    write: async ({ key }, run) => {
      counts.writes += 1;
      await pass(writing.shift() ?? 100);
      if (clock.now() < isBackAt) throw new Error('the store is away');
      written.set(key, run);
    },
    erase: async ({ key }) => {
      await pass(erasing);
      written.delete(key);
    },
    beat: async () => {
      counts.beats += 1;
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
  const enter = (owner = '1') => {
    const run = { owner, message: { raw: '' } as never };
    registrations.enter(id, account, run).catch(() => {});
  };
  const adopt = (run: RegisteredRun) => registrations.adopt(id, account, run);
  const leave = () => registrations.leave(id, account);
  const owner = () => written.get(id.key)?.owner;
  const name = () => registrations.createSender(id, account);
  return { clock, written, counts, enter, adopt, leave, owner, name };
}

it('who enters while the last one is being erased is written, and erased in turn', async () => {
  const { clock, written, counts, enter, leave } = setUp({ writing: [300, 100, 300] });
  clock.at(0, enter);
  clock.at(60, leave);
  clock.at(100, enter);
  clock.at(160, leave);
  clock.at(460, enter);
  clock.at(720, leave);
  const seen: unknown[] = [];
  clock.at(2000, () => seen.push(...written, counts.beats));
  await clock.run(60_000);
  expect(seen).toEqual([counts.beats]);
});

it('what could not be written is written once the store is back, unless it has been left', async () => {
  const { clock, counts, enter, leave, owner } = setUp({ isBackAt: 5000 });
  const seen: unknown[] = [];
  clock.at(0, enter);
  clock.at(10_000, () => seen.push(owner()));
  clock.at(11_000, leave);
  clock.at(20_000, () => seen.push(owner(), counts.beats));
  await clock.run(60_000);
  expect(seen).toEqual(['1', undefined, counts.beats]);
  const gone = setUp({ isBackAt: 60_000 });
  gone.clock.at(0, gone.enter);
  gone.clock.at(1000, gone.leave);
  let writes = 0;
  gone.clock.at(5000, () => (writes = gone.counts.writes));
  await gone.clock.run(60_000);
  expect([gone.counts.writes, gone.owner()]).toEqual([writes, undefined]);
});

it('who runs a message that was taken up is written in place of the dead, who has its reply is not', async () => {
  const { clock, enter, adopt, leave, owner } = setUp();
  const seen: unknown[] = [];
  const see = () => seen.push(owner());
  clock.at(0, () => adopt({ account: 'default', owner: 'dead', message: '' }));
  clock.at(500, see);
  clock.at(600, () => enter('taken up'));
  clock.at(1000, see);
  clock.at(1100, leave);
  clock.at(1200, () => enter(''));
  clock.at(1600, see);
  clock.at(1700, leave);
  clock.at(1800, leave);
  clock.at(2500, see);
  await clock.run(10_000);
  expect(seen).toEqual(['dead', 'taken up', 'taken up', undefined]);
});

it('what the registry takes from this process for that of a dead one is written again, and no other', async () => {
  const { clock, written, adopt, enter, leave, owner } = setUp();
  const seen: unknown[] = [];
  let own: RegisteredRun;
  clock.at(0, enter);
  clock.at(500, () => {
    [own] = [...written.values()] as [RegisteredRun];
    written.clear();
    seen.push(adopt(own), adopt({ ...own, sender: 'another' }));
  });
  clock.at(1000, () => seen.push(owner()));
  clock.at(1100, leave);
  clock.at(1500, () => seen.push(owner()));
  clock.at(1600, leave);
  // It has been left, and is not erased yet.
  clock.at(1640, () => seen.push(adopt(own)));
  clock.at(2500, () => seen.push(owner(), written.size));
  await clock.run(10_000);
  expect(seen).toEqual([false, true, '1', '1', false, undefined, 0]);
});

it('the name to send a reply under begins with the sender that the registry has', async () => {
  const { clock, written, adopt, enter, leave, name } = setUp();
  const seen: unknown[] = [];
  const see = () => {
    const [run] = written.values() as Iterable<RegisteredRun>;
    seen.push(name().startsWith(`${run?.sender}/`));
  };
  clock.at(0, () => adopt({ account: 'default', owner: 'dead', sender: 'the dead', message: '' }));
  clock.at(500, see);
  clock.at(600, () => enter(''));
  clock.at(1000, see);
  clock.at(1100, () => enter('taken up'));
  clock.at(1500, see);
  for (const at of [1600, 1700, 1800]) clock.at(at, leave);
  await clock.run(10_000);
  expect([...seen, written.size]).toEqual([true, true, true, 0]);
});
