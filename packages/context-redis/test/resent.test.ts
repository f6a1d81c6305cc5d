/**
 * A connection breaks when Redis has run a command and its answer is on the way: ioredis sends the command
 * again, to the same server or to the replica that took its place. What was done once is not done twice.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import type { DeliveryStore, RunRegistry, UnitOfWork } from '@wechat-mp/core/stores';
import { Redis } from 'ioredis';
import { startRedis, stopRedis, track, until } from '../../../test/support/redis.ts';

let redis: Redis;
beforeAll(async () => {
  redis = track(new Redis((await startRedis()).port));
});
afterAll(stopRedis);
beforeEach(async () => void (await redis.flushall()));

/** A client on which each command is run twice; gives the second answer. */
function createTwiceClient() {
  return {
    evalsha: async (...given: Parameters<Redis['evalsha']>) => {
      await redis.evalsha(...given);
      return redis.evalsha(...given);
    },
    eval: async (...given: Parameters<Redis['eval']>) => {
      await redis.eval(...given);
      return redis.eval(...given);
    },
    duplicate: () => redis.duplicate(),
    once: (event: 'end', listener: () => void) => redis.once(event, listener),
    off: (event: 'end', listener: () => void) => redis.off(event, listener),
  };
}
const createTwice = () => redisStores(createTwiceClient() as never);
const createOnce = () => redisStores(redis);

const id = { account: 'gh_1', openid: 'o1', key: 'message' };
const claim = { owner: 'mine', lease: 60_000, body: 'body' };
const reply = { type: 'text', content: 'hi' } as const;
const outcome = { reply, time: 1 };

const begin = (deliveries: DeliveryStore) => deliveries.claim(id, claim);

it('a run that has ended answers the delivery that waits', async () => {
  const { deliveries } = createTwice();
  await begin(deliveries);
  expect(await deliveries.finish(id, { owner: 'mine', outcome, answering: 1 })).toBe('respond');
});

it('a reply is parked for the next delivery, and late when the last is over', async () => {
  const { deliveries } = createTwice();
  await begin(deliveries);
  expect(await deliveries.finish(id, { owner: 'mine', outcome, answering: 0 })).toBe('park');
  const late = { ...id, key: 'late' };
  await deliveries.claim(late, claim);
  await deliveries.closeWindow(late, 10);
  expect(await deliveries.finish(late, { owner: 'mine', outcome, answering: 0 })).toBe('defer');
});

it('a late reply goes to the one sender who asked', async () => {
  const { deliveries } = createTwice();
  await begin(deliveries);
  await deliveries.finish(id, { owner: 'mine', outcome, answering: 0 });
  expect(await deliveries.claimLateReply(id, 'one')).toBe(true);
  expect(await deliveries.claimLateReply(id, 'other')).toBe(false);
});

it('a reply whose delivery has disconnected is released', async () => {
  const { deliveries } = createTwice();
  await begin(deliveries);
  await deliveries.finish(id, { owner: 'mine', outcome, answering: 1 });
  expect(await deliveries.releaseReply(id, 1)).toBe(true);
  expect(await deliveries.claimLateReply(id, 'one')).toBe(true);
});

it('a context is saved once, and nothing of another message is undone', async () => {
  const stores = createOnce();
  const work = stores.deliveries.unitOfWork?.(stores.contexts) as UnitOfWork;
  const lock = { owner: 'mine', lease: 60_000 };
  await work.begin(id, claim, lock);
  const record = (version: number, json: string) => ({ version, json, expiry: undefined });
  const save = {
    record: record(1, '{"step":1}'),
    options: { replaces: 0, milliseconds: 60_000, lock },
  };
  const finish = { owner: 'mine', outcome, answering: 1 };
  expect(await work.commit(id, finish, lock, save)).toBe('respond');
  const next = { ...id, key: 'next' };
  const nextLock = { owner: 'next', lease: 60_000 };
  await work.begin(next, { ...claim, owner: 'next' }, nextLock);
  await work.commit(next, { ...finish, owner: 'next' }, nextLock, {
    record: record(2, '{"step":2}'),
    options: { replaces: 1, milliseconds: 60_000, lock: nextLock },
  });
  // The first one comes once more, when the lock is free again.
  expect(await work.commit(id, finish, lock, save)).toBe('respond');
  expect(await stores.contexts.load(id)).toMatchObject({ record: { json: '{"step":2}' } });
});

it('a run that was taken over saves nothing', async () => {
  const stores = createOnce();
  const work = stores.deliveries.unitOfWork?.(stores.contexts) as UnitOfWork;
  await stores.deliveries.claim(id, claim);
  await stores.deliveries.claim(id, { ...claim, owner: 'other', expired: 'mine' });
  const save = {
    record: { version: 1, json: '{"step":1}', expiry: undefined },
    options: { replaces: 0, milliseconds: 60_000 },
  };
  const finish = { owner: 'mine', outcome, answering: 1 };
  expect(await work.commit(id, finish, undefined, save)).toBe('stale');
  expect(await stores.contexts.load(id)).toEqual({ record: undefined });
});

it('a run that the new master does not know is its owner’s still', async () => {
  const { deliveries } = createOnce();
  await begin(deliveries);
  await redis.flushall();
  expect(await deliveries.renew(id, { owner: 'mine', lease: 60_000 })).toBe('renewed');
  await redis.flushall();
  expect(await deliveries.finish(id, { owner: 'mine', outcome, answering: 1 })).toBe('respond');
  expect(await deliveries.claim(id, { ...claim, owner: 'other' })).toMatchObject({
    state: 'ended',
    outcome,
  });
});

it('a run of a dead process is taken', async () => {
  const dead = createOnce().deliveries.runRegistry as RunRegistry;
  const run = { account: 'gh_1', owner: 'dead', message: '<xml/>' };
  await dead.write(id, run, 1);
  const { runRegistry } = createTwice().deliveries;
  let taken: readonly unknown[] = [];
  while (taken.length === 0) taken = (await runRegistry?.takeExpired(() => true, 10)) ?? [];
  expect(taken).toEqual([run]);
});

it('what is held for a user is held once, and taken', async () => {
  const { deliveries } = createTwice();
  expect(await deliveries.hold(id, 'first', 60_000)).toBe(true);
  expect(await deliveries.hold(id, 'second', 60_000)).toBe(true);
  expect(await deliveries.takeHeld(id)).toEqual(['first', 'second']);
});

it('what was held when its time was over is not held: it was reported', async () => {
  const { deliveries } = createOnce();
  expect(await deliveries.hold(id, 'first', 60_000)).toBe(true);
  const { late, connect, countDone } = createLate();
  await expect(late.hold(id, 'late', 60_000)).rejects.toThrow('did not answer');
  connect();
  await until(async () => countDone() === 2);
  expect(await deliveries.takeHeld(id)).toEqual(['first']);
});

it('a message that interrupts does not interrupt its own stream, which begins to listen meanwhile', async () => {
  const { deliveries } = createOnce();
  const heard: string[] = [];
  const older = { ...id, key: 'older' };
  const newer = { ...id, key: 'newer' };
  const stops = [older, newer].map((one) =>
    deliveries.onInterrupt(one, () => void heard.push(one.key)),
  );
  await until(async () => {
    await deliveries.interrupt(newer);
    return heard.length > 0;
  });
  for (const stop of stops) stop();
  expect(new Set(heard)).toEqual(new Set(['older']));
});

it.each(['claim', 'wait', 'closeWindow'] as const)(
  'a reply that %s claimed when its time was over is another delivery’s',
  async (step) => {
    const { deliveries } = createOnce();
    await begin(deliveries);
    await deliveries.claim(id, { ...claim, owner: 'other' });
    await deliveries.finish(id, { owner: 'mine', outcome, answering: 0 });
    const { late, connect } = createLate();
    const steps = {
      claim: () => late.claim(id, { ...claim, owner: 'other' }),
      wait: () => late.wait(id, { attempt: 2, milliseconds: 1000 }),
      closeWindow: () => late.closeWindow(id, 2),
    };
    await expect(steps[step]()).rejects.toThrow('did not answer');
    connect();
    await until(() => deliveries.claimLateReply(id, 'one'));
  },
);

it('a claim that comes too late takes nothing away from the delivery that has the reply', async () => {
  const { deliveries } = createOnce();
  const { late, connect } = createLate();
  await expect(late.claim(id, { ...claim, owner: 'other' })).rejects.toThrow('did not answer');
  await begin(deliveries);
  await deliveries.finish(id, { owner: 'mine', outcome, answering: 1 });
  connect();
  const key = (await redis.keys('*delivery*'))[0] as string;
  await until(async () => (await redis.hget(key, 'attempts')) === '2');
  await until(async () => (await redis.hget(key, 'holder')) === '1');
  expect(await deliveries.claimLateReply(id, 'one')).toBe(false);
});

it('a delivery that came after another one shows that this is over', async () => {
  const { deliveries } = createOnce();
  await begin(deliveries);
  await deliveries.finish(id, { owner: 'mine', outcome, answering: 1 });
  const key = (await redis.keys('*delivery*'))[0] as string;
  await redis.hincrby(key, 'c1', -60_000);
  const { late, connect } = createLate();
  await expect(late.claim(id, { ...claim, owner: 'other' })).rejects.toThrow('did not answer');
  connect();
  await until(() => deliveries.claimLateReply(id, 'one'));
});

it('a look that comes too late claims nothing', async () => {
  const { deliveries } = createOnce();
  await begin(deliveries);
  await deliveries.finish(id, { owner: 'mine', outcome, answering: 1 });
  const { late, connect, countDone } = createLate();
  const looking = late.claim(id, { ...claim, owner: 'other', attempt: 0 });
  await expect(looking).rejects.toThrow('did not answer');
  await expect(late.wait(id, { attempt: 0, milliseconds: 1000 })).rejects.toThrow('did not answer');
  connect();
  await until(async () => countDone() === 2);
  expect(await deliveries.claimLateReply(id, 'one')).toBe(false);
});

it('what a message that failed meanwhile took is held again, before what came since', async () => {
  const { deliveries } = createOnce();
  await deliveries.hold(id, 'first', 60_000);
  const { late, connect, countDone } = createLate();
  await expect(late.takeHeld(id)).rejects.toThrow('did not answer');
  connect();
  // It is taken, and put back.
  await until(async () => countDone() === 2);
  await deliveries.hold(id, 'second', 60_000);
  expect(await deliveries.takeHeld(id)).toEqual(['first', 'second']);
  expect(await redis.pttl((await redis.keys('*:held:*'))[0] as string)).toBeGreaterThan(0);
});

/** A store whose commands Redis runs when their time is over, once it is connected. */
function createLate() {
  let connect = () => {};
  const connected = new Promise<void>((resolve) => {
    connect = resolve;
  });
  let done = 0;
  const count = (answer: unknown) => {
    done += 1;
    return answer;
  };
  const client = {
    evalsha: async (...given: Parameters<Redis['evalsha']>) => {
      await connected;
      return redis.evalsha(...given).then(count);
    },
    eval: (...given: Parameters<Redis['eval']>) => redis.eval(...given).then(count),
    duplicate: () => redis.duplicate(),
    once: (event: 'end', listener: () => void) => redis.once(event, listener),
    off: (event: 'end', listener: () => void) => redis.off(event, listener),
  };
  return {
    late: redisStores(client as never, { timeout: 1 }).deliveries,
    connect: () => connect(),
    countDone: () => done,
  };
}

it('a delivery is counted once, and has its number', async () => {
  const { deliveries } = createTwice();
  const numbers = [];
  for (const owner of ['mine', 'other', 'third']) {
    const { attempt, state } = await deliveries.claim(id, { ...claim, owner });
    numbers.push([attempt, state]);
  }
  expect(numbers).toEqual([
    [1, 'yours'],
    [2, 'running'],
    [3, 'running'],
  ]);
});

it('who has taken a lock has it, and need not wait until it ends', async () => {
  const { contexts } = createTwice();
  const lock = { owner: 'mine', lease: 60_000 };
  expect(await contexts.load(id, lock)).toEqual({ record: undefined });
  expect(await createOnce().contexts.load(id, { ...lock, owner: 'other' })).toMatchObject({
    busyFor: expect.any(Number),
  });
});

it('a save that comes twice is no conflict', async () => {
  const { contexts } = createTwice();
  const record = { version: 1, json: '{"step":1}', expiry: undefined };
  const lock = { owner: 'mine', lease: 60_000 };
  await contexts.load(id, lock);
  const options = { replaces: 0, milliseconds: 60_000, lock };
  expect(await contexts.save(id, record, options)).toBeUndefined();
});
