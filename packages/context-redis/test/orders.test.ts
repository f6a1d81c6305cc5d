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

it.each([
  [
    329_873_418,
    'many refused messages are looked after, and none runs again that was answered long ago',
  ],
  [691_287_155, 'a run that finds no store when nobody waits waits for the store'],
  [691_287_201, 'messages that were refused are all looked after before they are too old'],
  [791_287_286, 'a run that fails after the last delivery was refused is run again'],
  [691_287_256, 'a reply that an uncounted delivery has is not sent as well'],
  [800_000_009, 'an uncounted delivery whose client is gone does not count as the newest'],
])('while the store is away for some seconds (seed %d): %s', async (away) => {
  const place = await steerRedis(redis);
  const what = { messages: 250, latency: 300, mayBeAway: true };
  expect(await playOrders({ seed: away, place, ...what })).toEqual([]);
});

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
