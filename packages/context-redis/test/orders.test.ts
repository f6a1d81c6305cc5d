/** In any order of events between processes that share a Redis, a reply reaches the user exactly once. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { playOrders } from '../../../test/support/orders.ts';
import { startRedis, stopRedis, track } from '../../../test/support/redis.ts';
import { steerRedis } from '../../../test/support/steered-redis.ts';

let redis: Redis;
beforeAll(async () => {
  redis = track(new Redis((await startRedis()).port));
});
afterAll(stopRedis);

const MESSAGES = 100;
const seed = Number(process.env['ORDERS_SEED'] ?? Math.floor(Math.random() * 1e9));

it.each([
  ['the store answers at once', { latency: 0 }],
  ['the store answers after a while', { latency: 300 }],
  ['the store answers after a while, and a process dies', { latency: 300, mayDie: true }],
  ['the store is away for some seconds', { latency: 300, mayBeAway: true }],
])(
  `of ${MESSAGES} messages each is answered or pushed once (ORDERS_SEED=${seed}): %s`,
  async (_, what) => {
    const place = await steerRedis(redis);
    expect(await playOrders({ seed, messages: MESSAGES, place, ...what })).toEqual([]);
  },
);

it('an order of a seed is the same each time', async () => {
  const play = async () => {
    const place = await steerRedis(redis);
    const orders: unknown[] = [];
    await playOrders({
      seed: 7,
      messages: 20,
      latency: 300,
      mayDie: true,
      place,
      onEnd: (all) => orders.push(all),
    });
    return orders;
  };
  expect(await play()).toEqual(await play());
});
