import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Host, hosts } from '../support/hosts.ts';
import { closeServers, recorder, send } from '../support/http.ts';
import { badDeliveries } from '../tables/bad-deliveries.ts';
import {
  accounts,
  type Case,
  deliveries,
  expectAnswer,
  greeting,
  handlers,
  secrets,
} from '../tables/deliveries.ts';
import { hostileBodies } from '../tables/hostile-bodies.ts';

afterAll(closeServers);

/** Hostile documents: one framework gets all of them, the others one of each kind. */
const SAMPLES = ['open tags', 'one CDATA section', 'JSON escapes'];

describe.each(hosts)('$name', ({ name: host, start, passesOn }: Host) => {
  const isParser = host === 'node:http';
  const { logger, lines } = recorder();
  let origin: string;

  const exchange = async (delivery: Case) => {
    const sent = delivery.sent();
    expectAnswer(delivery, sent, await send(`${origin}/${delivery.to}`, sent), passesOn);
  };

  beforeAll(async () => {
    const mounts = Object.entries(accounts).map(([name, account]) => [
      `/${name}`,
      [{ ...account, logger }, handlers],
    ]);
    origin = await start(Object.fromEntries(mounts));
    await exchange(greeting);
  });

  it.each(deliveries)('$name', async (delivery) => {
    await exchange(delivery);
  });

  it.each(badDeliveries)('$name, and still answers a greeting', async (delivery) => {
    await exchange(delivery);
    await exchange(greeting);
  });

  it.each(hostileBodies.filter(({ name }) => isParser || SAMPLES.includes(name)))(
    'as large as can be, of $name, and still answers a greeting',
    async (delivery) => {
      await exchange(delivery);
      await exchange(greeting);
    },
  );

  it('has logged why it refused, and no token, key or text of a message', () => {
    const log = lines.join('\n');
    const told = ['msg_signature is wrong', ...secrets, '你好'];
    expect(told.filter((text) => log.includes(text))).toEqual(['msg_signature is wrong']);
  });
});
