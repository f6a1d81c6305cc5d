/** A minute of `npm run chaos`: everything goes wrong, and each message is answered once all the same. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stopPrograms } from '../support/programs.ts';
import { stopRedis } from '../support/redis.ts';
import { prepareChaos, runChaos } from './chaos/chaos.ts';

beforeAll(prepareChaos);
afterAll(async () => {
  await stopPrograms();
  await stopRedis();
});

it('nothing is lost or doubled, and no conversation is wrong', async () => {
  const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 1e6));
  const { done, wrong, ...counts } = await runChaos({
    seed,
    milliseconds: 60_000,
    users: 200,
    tell: () => {},
  });
  console.log(`CHAOS_SEED=${seed} ${JSON.stringify({ ...counts, done })}`);
  expect(wrong).toEqual([]);
  expect(counts).toMatchObject({ lost: 0, doubled: 0, contextsWrong: 0 });
  expect(counts.sent).toBeGreaterThan(0);
});
