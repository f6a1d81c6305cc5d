/** What packages/core/test/delivery/orders.test.ts plays a little, at length: ORDERS_BATCHES=134 are 100 500 messages. */
import { expect, it } from '@jest/globals';
import { playOrders } from '../support/orders.ts';

const MESSAGES = 250;
const first = Number(process.env['ORDERS_SEED'] ?? Math.floor(Math.random() * 1e9));
const batches = Number(process.env['ORDERS_BATCHES'] ?? 14);

it.each([
  ['the store is in the process', 0, false],
  ['the store answers after a while', 300, false],
  ['the store answers after a while, and a process dies', 300, true],
])(
  `of ${MESSAGES * batches} messages each is answered or pushed once (ORDERS_SEED=${first}): %s`,
  async (_, latency, mayDie) => {
    const wrong: unknown[] = [];
    for (let seed = first; seed < first + batches; seed += 1) {
      const played = await playOrders({ seed, messages: MESSAGES, latency, mayDie });
      wrong.push(...played.map((one) => ({ seed, ...one })));
    }
    expect(wrong).toEqual([]);
  },
  600_000,
);
