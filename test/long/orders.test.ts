/**
 * The orders of packages/core/test/delivery/orders.test.ts at length: ORDERS_BATCHES=134 are 100
 * 500 messages in each store.
 */
import { afterAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { playOrders } from '../support/orders.ts';
import { startRedis, stopRedis, track } from '../support/redis.ts';
import { steerRedis } from '../support/steered-redis.ts';

afterAll(stopRedis);

const MESSAGES = 250;
const first = Number(process.env['ORDERS_SEED'] ?? Math.floor(Math.random() * 1e9));
const batches = Number(process.env['ORDERS_BATCHES'] ?? 6);
/** Milliseconds that a try takes at most: it plays for as long as it is asked to. */
const TIMEOUT = 3_600_000;

const stores = [
  {
    name: 'memory',
    start: async () => async () => ({}),
    // How many turns of the loop an answer takes is no matter of chance there.
    alone: [['a process stands still', { latency: 300, mayStall: true }]] as const,
    // They showed faults once: a delivery claimed again after newer ones; a run was given up just before its
    // renewal arrived, and just before the last window closed.
    known: [128, 822_557_286, 9_100_006],
  },
  {
    name: 'Redis',
    start: async () => {
      const redis = track(new Redis((await startRedis()).port));
      return async () => ({ place: await steerRedis(redis) });
    },
    // Memory is never away.
    alone: [['the store is away for some seconds', { latency: 300, mayBeAway: true }]] as const,
    // Many refused messages were not all looked after, or ran again; a run found no store when nobody waited, or
    // failed after the last delivery was refused; an uncounted delivery had the reply, or a client that was gone.
    known: [329_873_418, 691_287_155, 691_287_201, 791_287_286, 691_287_256, 800_000_009],
  },
];

describe.each(stores)('deliveries meet in $name', ({ start, alone, known }) => {
  it.each([
    ['the store is in the process', { latency: 0 }],
    ['the store answers after a while', { latency: 300 }],
    ['the store answers after a while, and a process dies', { latency: 300, mayDie: true }],
    ['deliveries are doubled', { latency: 300, mayDouble: true }],
    ...alone,
  ])(
    `of ${MESSAGES * batches} messages each is answered or pushed once (ORDERS_SEED=${first}): %s`,
    async (_situation, what) => {
      const createPlace = await start();
      const wrong: unknown[] = [];
      for (let seed = first; seed < first + batches; seed += 1) {
        const place = await createPlace();
        const played = await playOrders({ seed, messages: MESSAGES, ...what, ...place });
        wrong.push(...played.map((one) => ({ seed, ...one })));
      }
      expect(wrong).toEqual([]);
    },
    TIMEOUT,
  );

  it.each(
    known.flatMap((seed) => alone.map(([situation, what]) => [seed, situation, what] as const)),
  )(
    'each message is answered or pushed once in the order of seed %d: %s',
    async (seed, _situation, what) => {
      const place = await (await start())();
      expect(await playOrders({ seed, messages: MESSAGES, ...what, ...place })).toEqual([]);
    },
  );
});
