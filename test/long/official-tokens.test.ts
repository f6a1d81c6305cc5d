/** Several processes, one account: the platform sees one client. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { OfficialClientOptions } from '@wechat-mp/core/official';
import { type OfficialPlatform, startOfficialPlatform } from '../support/official-platform.ts';
import { bundlePrograms, forkProgram, killPrograms, stopPrograms } from '../support/programs.ts';
import { type RedisServer, startRedis, stopRedis } from '../support/redis.ts';
import type { CallerSettings, Done, Work } from './processes/official.ts';

const PROCESSES = 4;
const CALLER = 'test/long/processes/official.ts';
let platform: OfficialPlatform;
let redis: RedisServer;

beforeAll(() => bundlePrograms(CALLER));
beforeEach(async () => {
  platform = await startOfficialPlatform({ isRecording: false });
  redis = await startRedis();
});
afterEach(async () => {
  await killPrograms();
  await platform.close();
});
afterAll(async () => {
  await stopPrograms();
  await stopRedis();
});

async function startCallers(
  options: Partial<OfficialClientOptions> = {},
): Promise<readonly ChildProcess[]> {
  const { appid, appsecret, url: baseUrl } = platform;
  const client = { appid, appsecret, baseUrl, timeout: 60_000, ...options };
  const settings = JSON.stringify({ redisPort: redis.port, client } satisfies CallerSettings);
  const started = Array.from({ length: PROCESSES }, () => forkProgram(CALLER, settings));
  return (await Promise.all(started)).map(({ child }) => child);
}

async function call(caller: ChildProcess, work: Work): Promise<Done> {
  const done = once(caller, 'message');
  const ended = once(caller, 'close').then(() => {
    throw new Error('the process ended');
  });
  caller.send(work);
  return ((await Promise.race([done, ended])) as [Done])[0];
}

/** All processes call; `meanwhile` runs beside them. */
async function callAll(
  callers: readonly ChildProcess[],
  work: Work,
  meanwhile: () => Promise<void> = async () => {},
) {
  const [done] = await Promise.all([
    Promise.all(callers.map((caller) => call(caller, work))),
    meanwhile(),
  ]);
  const all = (read: (one: Done) => string[]) => [...new Set(done.flatMap(read))];
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
});

it('a token that ends under load costs one request more, and no call', async () => {
  const callers = await startCallers();
  const done = await callAll(callers, { atOnce: 20, milliseconds: 4000 }, async () => {
    await pause(2000);
    platform.expireTokens();
  });
  console.log(`${done.calls} calls of ${PROCESSES} processes, ${done.requests} token requests`);
  expect(done).toMatchObject({ failures: [], warnings: [], requests: 2 });
});

it('another program that refreshes the classic token each second costs no call, and one request each', async () => {
  const SECONDS = 10;
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
});

it('another program that refreshes the classic token does not affect the stable one', async () => {
  const callers = await startCallers();
  const done = await callAll(callers, { atOnce: 5, milliseconds: 1000 }, async () => {
    for (let times = 0; times < 5; times += 1) {
      await pause(200);
      platform.refreshClassic();
    }
  });
  expect(done).toMatchObject({ failures: [], warnings: [], requests: 1 });
});

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
  expect(done.warnings).toEqual(['the token store failed; this process uses its own access token']);
  // One at the start, one for each process without the store, one when it is back.
  expect(done.requests).toBe(1 + PROCESSES + 1);
});
