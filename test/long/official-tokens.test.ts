/** Several processes, one account: the platform sees one client. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import type { OfficialClientOptions } from '@wechat-mp/core/official';
import { type OfficialPlatform, startOfficialPlatform } from '../support/official-platform.ts';
import {
  type Caller,
  type Done,
  startCaller,
  stopCallers,
  type Work,
} from '../support/official-process.ts';
import { type RedisServer, startRedis, stopRedis } from '../support/redis.ts';

const PROCESSES = 4;
let platform: OfficialPlatform;
let redis: RedisServer;

beforeEach(async () => {
  platform = await startOfficialPlatform({ isRecording: false });
  redis = await startRedis();
});
afterEach(async () => {
  await stopCallers();
  await platform.close();
});
afterAll(stopRedis);

async function startCallers(options: Partial<OfficialClientOptions> = {}): Promise<Caller[]> {
  const { appid, appsecret, url: baseUrl } = platform;
  const client = { appid, appsecret, baseUrl, timeout: 60_000, ...options };
  return Promise.all(
    Array.from({ length: PROCESSES }, () => startCaller({ redisPort: redis.port, client })),
  );
}

/** All processes call; `meanwhile` runs beside them. */
async function callAll(
  callers: readonly Caller[],
  work: Work,
  meanwhile: () => Promise<void> = async () => {},
) {
  const [done] = await Promise.all([
    Promise.all(callers.map((caller) => caller.call(work))),
    meanwhile(),
  ]);
  const all = (of: (one: Done) => string[]) => [...new Set(done.flatMap(of))];
  return {
    calls: done.reduce((sum, { calls }) => sum + calls, 0),
    failures: all(({ failures }) => failures),
    warnings: all(({ warnings }) => warnings),
    requests: platform.tokenRequests.length,
  };
}

it('10 000 calls at once in 4 processes ask for one token', async () => {
  const callers = await startCallers();
  const done = await callAll(callers, { atOnce: 2500, calls: 2500 });
  expect(done).toEqual({ calls: 10_000, failures: [], warnings: [], requests: 1 });
}, 60_000);

it('a token that ends under load costs one request more, and no call', async () => {
  const callers = await startCallers();
  const done = await callAll(callers, { atOnce: 20, milliseconds: 4000 }, async () => {
    await pause(2000);
    platform.expireTokens();
  });
  console.log(`${done.calls} calls of ${PROCESSES} processes, ${done.requests} token requests`);
  expect(done).toMatchObject({ failures: [], warnings: [], requests: 2 });
}, 60_000);

it('somebody else who refreshes the classic token each second costs no call, and one request each', async () => {
  const SECONDS = 30;
  const callers = await startCallers({ stableToken: false });
  const work = { atOnce: 5, milliseconds: SECONDS * 1000 };
  const done = await callAll(callers, work, async () => {
    for (let second = 1; second < SECONDS; second += 1) {
      await pause(1000);
      platform.refreshClassic();
    }
  });
  console.log(`${done.calls} calls of ${PROCESSES} processes, ${done.requests} token requests`);
  expect(done).toMatchObject({ failures: [], warnings: [] });
  expect(done.requests).toBeLessThanOrEqual(SECONDS);
}, 90_000);

it('somebody else who refreshes the classic token is not noticed with the stable one', async () => {
  const callers = await startCallers();
  const done = await callAll(callers, { atOnce: 5, milliseconds: 1000 }, async () => {
    for (let times = 0; times < 5; times += 1) {
      await pause(200);
      platform.refreshClassic();
    }
  });
  expect(done).toMatchObject({ failures: [], warnings: [], requests: 1 });
}, 60_000);

it('a store that is killed and started again under load costs no call', async () => {
  const callers = await startCallers();
  const done = await callAll(callers, { atOnce: 10, milliseconds: 6000 }, async () => {
    await pause(1000);
    await redis.kill();
    await pause(500);
    platform.expireTokens();
    await pause(2000);
    await redis.restart();
    await pause(500);
    platform.expireTokens();
  });
  expect(done.failures).toEqual([]);
  expect(done.warnings).toEqual([
    'the token store failed: this process serves its own access token',
  ]);
  // One at the start, one for each process without the store, one when it is back.
  expect(done.requests).toBe(1 + PROCESSES + 1);
}, 60_000);
