/** In any order of events, a reply reaches the user exactly once. */
import { describe, expect, it } from '@jest/globals';
import { createWebhook, MemoryDeliveryStore, type Reply } from '@wechat-mp/core';
import {
  createRandom,
  OWN_STORES,
  playOrders,
  SteppedClock,
} from '../../../../test/support/orders.ts';
import { plain, userMessage } from '../../../../test/support/platform.ts';

const MESSAGES = 250;
const LATENCY = 100;
const first = Number(process.env['ORDERS_SEED'] ?? Math.floor(Math.random() * 1e9));
const batches = Number(process.env['ORDERS_BATCHES'] ?? 1);

describe(`of ${MESSAGES * batches * 4} messages each is answered or pushed once (ORDERS_SEED=${first})`, () => {
  it.each([
    ['the stores are the webhook’s own', 0, false, OWN_STORES],
    ['the store is in the process', 0, false, undefined],
    ['the store answers after a while', 300, false, undefined],
    ['the store answers after a while, and a process dies', 300, true, undefined],
  ])('%s', async (_, latency, mayDie, place) => {
    const wrong: unknown[] = [];
    for (let seed = first; seed < first + batches; seed += 1) {
      const played = await playOrders({
        seed,
        messages: MESSAGES,
        latency,
        mayDie,
        ...(place && { place }),
      });
      wrong.push(...played.map((one) => ({ seed, ...one })));
    }
    expect(wrong).toEqual([]);
  });
});

it(`of ${MESSAGES} messages each is answered or pushed once when deliveries are doubled (ORDERS_SEED=${first})`, async () => {
  const what = { messages: MESSAGES, latency: 300, mayDouble: true };
  expect(await playOrders({ seed: first, ...what })).toEqual([]);
});

it(`of ${MESSAGES} messages each is answered or pushed once when a process stands still (ORDERS_SEED=${first})`, async () => {
  const what = { messages: MESSAGES, latency: 300, mayStall: true };
  expect(await playOrders({ seed: first, ...what })).toEqual([]);
});

it.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'a reply that the window’s end overtakes while the store answers is not also pushed: %d',
  async (seed) => {
    const random = createRandom(seed);
    const clock = new SteppedClock(random);
    const passes = (milliseconds: number) =>
      new Promise<void>((resolve) => void clock.at(milliseconds, resolve));
    const time = {
      now: () => clock.now(),
      wallTime: () => 1_700_000_000_000 + clock.now(),
      setTimeout: (callback: () => void, milliseconds: number) => clock.at(milliseconds, callback),
      clearTimeout: (timer: object) => void Object.assign(timer, { isCancelled: true }),
    };
    class Remote extends MemoryDeliveryStore {
      override async finish(...given: Parameters<MemoryDeliveryStore['finish']>) {
        const result = await super.finish(...given);
        // Longer than the window is still open.
        await passes(LATENCY);
        return result;
      }
    }
    const pushed: Reply[] = [];
    const send = async (_: string, reply: Reply) => pushed.push(reply);
    const webhook = createWebhook(
      {
        token: 'TOKEN',
        client: { message: { custom: { send } } },
        deliveries: new Remote({ clock: time }),
        maxDeliveries: 1,
        replyWindow: 300,
        clock: time,
      },
      {
        text: async (_message, { context }) => {
          context.set('n', 1);
          await passes(220 + random() * 120);
          return 'the reply';
        },
      },
    );
    let body = '';
    void webhook
      .handle(plain({ token: 'TOKEN' }, userMessage('text', { Content: 'hi' })))
      .then((response) => {
        body = response.body;
      });
    await clock.run(20_000);
    const answered = body.includes('the reply') ? 1 : 0;
    expect(answered + pushed.length).toBe(1);
  },
);
