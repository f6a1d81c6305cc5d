/** The registry of runs: a run taken from a dead process is not lost. */

import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import type { RunRegistry } from '@wechat-mp/core/stores';
import { Redis } from 'ioredis';
import { startRedis, stopRedis, track } from '../../../test/support/redis.ts';

let port: number;
beforeAll(async () => {
  ({ port } = await startRedis());
});
afterAll(stopRedis);

/** A process on a client that may lose the answers to a script whose text is known. */
function createProcess() {
  const redis = track(new Redis(port));
  const lost = { answers: 0, requests: 0 };
  const isTaking = (given: readonly unknown[]) =>
    given[0] === 3 && String(given[5]).includes(':delivery:');
  const client = {
    evalsha: async (...given: Parameters<Redis['evalsha']>) => {
      const isCut = isTaking(given.slice(1));
      if (isCut && lost.requests > 0) {
        lost.requests -= 1;
        throw new Error('Connection is closed.');
      }
      const answer = await redis.evalsha(...given);
      if (!isCut || lost.answers === 0) return answer;
      lost.answers -= 1;
      throw new Error('Connection is closed.');
    },
    eval: (...given: Parameters<Redis['eval']>) => redis.eval(...given),
    duplicate: () => redis.duplicate(),
    once: (event: 'end', listener: () => void) => redis.once(event, listener),
    off: (event: 'end', listener: () => void) => redis.off(event, listener),
  };
  const registry = redisStores(client as never, { timeout: 60_000 }).deliveries
    .runRegistry as RunRegistry;
  return { registry, lost };
}

it.each([
  ['answer', { answers: 2, requests: 0 }],
  ['request', { answers: 0, requests: 2 }],
])('a run is taken later when Redis loses the %s', async (name, losses) => {
  const account = `gh_${name}`;
  const isKnown = (known: string) => known === account;
  const dead = createProcess().registry;
  const write = (message: string) =>
    dead.write({ account, openid: 'o1', key: message }, { account, owner: 'dead', message }, 1);
  const { registry, lost } = createProcess();
  // Once the server knows the scripts.
  await write('0');
  await pause(10);
  expect(await registry.takeExpired(isKnown, 10)).toHaveLength(1);
  const messages = ['1', '2', '3', '4'];
  for (const message of messages) await write(message);
  await pause(10);
  Object.assign(lost, losses);
  const taken: string[] = [];
  for (let look = 0; look < 3; look += 1) {
    for (const { message } of await registry.takeExpired(isKnown, 10)) taken.push(message);
  }
  expect(lost).toEqual({ answers: 0, requests: 0 });
  expect(taken.toSorted()).toEqual(messages);
});

it('a run that goes on here is taken out of what a dead process had registered of it', async () => {
  const account = 'gh_here';
  const isKnown = (known: string) => known === account;
  const id = { account, openid: 'o1', key: 'one' };
  const dead = createProcess().registry;
  await dead.write(id, { account, owner: 'dead', message: 'one' }, 1);
  const { registry } = createProcess();
  await registry.write(id, { account, owner: 'alive', message: 'one' }, 60_000);
  await pause(10);
  await registry.takeExpired(isKnown, 10);
  await registry.erase(id);
  expect(await registry.takeExpired(isKnown, 10)).toEqual([]);
});

it('a run that is registered for a shorter time does not shorten the life of its process', async () => {
  const account = 'gh_short';
  const isKnown = (known: string) => known === account;
  const { registry } = createProcess();
  const write = (key: string, milliseconds: number) =>
    registry.write(
      { account, openid: 'o1', key },
      { account, owner: 'alive', message: key },
      milliseconds,
    );
  await write('long', 60_000);
  await write('short', 1);
  await pause(10);
  expect(await createProcess().registry.takeExpired(isKnown, 10)).toEqual([]);
});
