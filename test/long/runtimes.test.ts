/** The webhook on runtimes other than Node, through their own servers. */
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { send } from '../support/http.ts';
import { installRuntimes, runtimes, startRuntime } from '../support/runtimes.ts';
import { badDeliveries } from '../tables/bad-deliveries.ts';
import { type Case, deliveries, expectAnswer, greeting } from '../tables/deliveries.ts';

beforeAll(installRuntimes);

describe.each(runtimes)('%s', (name) => {
  let running: Awaited<ReturnType<typeof startRuntime>>;

  beforeAll(async () => {
    running = await startRuntime(name, 'test/long/runtimes/bot.ts');
  });
  afterAll(() => running?.stop());

  const exchange = async (delivery: Case) => {
    const sent = delivery.sent();
    expectAnswer(delivery, sent, await send(`${running.origin}/${delivery.to}`, sent), false);
  };

  it.each(deliveries)('$name', async (delivery) => {
    await exchange(delivery);
  });

  it.each(badDeliveries)('$name, and still answers a greeting', async (delivery) => {
    await exchange(delivery);
    await exchange(greeting);
  });
});
