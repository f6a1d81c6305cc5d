/** Several clients of one account that share a Redis: the platform sees one. `test/long` has processes. */
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { OfficialClient, type OfficialClientOptions } from '@wechat-mp/core/official';
import { Redis } from 'ioredis';
import { type OfficialPlatform, startOfficialPlatform } from '../support/official-platform.ts';
import { type RedisServer, startRedis, stopRedis, track } from '../support/redis.ts';

const CLIENTS = 4;
const CALLS = 10;
const PATH = '/cgi-bin/getcallbackip';
let platform: OfficialPlatform;
let redis: RedisServer;

beforeEach(async () => {
  platform = await startOfficialPlatform({ isRecording: false });
  redis = await startRedis();
});
afterEach(() => platform.close());
afterAll(stopRedis);

const kinds: Record<string, Partial<OfficialClientOptions>> = {
  stable: {},
  classic: { stableToken: false },
};

const becomes = (connection: Redis, state: 'ready' | 'close') =>
  new Promise<void>((resolve) => void connection.once(state, () => resolve()));

async function startClients(kind: string) {
  const { appid, appsecret, url: baseUrl } = platform;
  const lines: string[] = [];
  const write = (_details: object, message: string) => void lines.push(message);
  const logger = { error: write, warn: write, info: () => {}, debug: () => {} };
  const connections = Array.from({ length: CLIENTS }, () =>
    track(new Redis(redis.port, { enableOfflineQueue: false, retryStrategy: () => 20 })),
  );
  await Promise.all(connections.map((connection) => becomes(connection, 'ready')));
  const clients = connections.map((connection) => {
    const stores = redisStores(connection);
    return new OfficialClient({ appid, appsecret, baseUrl, ...stores, logger, ...kinds[kind] });
  });
  /** All clients make all their calls at once; a call that fails rejects. */
  const callAll = async () => {
    const calls = clients.flatMap((client) =>
      Array.from({ length: CALLS }, () => client.callback.getCallbackIp()),
    );
    await Promise.all(calls);
  };
  return { connections, lines, callAll };
}

/** Has something happen to the platform in the midst of every other `callAll`: between, all recover. */
function interfere(happen: () => void): void {
  const all = CLIENTS * CALLS;
  platform.answer(PATH, (_, count) => {
    if (count % (2 * all) === all / 2) happen();
    return { ip_list: [] };
  });
}

it('calls at once ask for one token', async () => {
  const { callAll, lines } = await startClients('stable');
  await callAll();
  expect(platform.tokenRequests).toHaveLength(1);
  expect(lines).toEqual([]);
});

it.each([
  ['its end costs one request more, and no call', 'stable', () => platform.expireTokens(), 4],
  [
    'somebody else who refreshes the classic one costs the same',
    'classic',
    () => platform.refreshClassic(),
    4,
  ],
  [
    'somebody else who refreshes the classic one is not noticed with the stable one',
    'stable',
    () => platform.refreshClassic(),
    1,
  ],
] as const)('a token under load: %s', async (_, kind, happen, requests) => {
  const { callAll, lines } = await startClients(kind);
  interfere(happen);
  for (let times = 0; times < 6; times += 1) await callAll();
  expect(platform.tokenRequests).toHaveLength(requests);
  expect(lines).toEqual([]);
});

it('a store that is killed and started again costs no call', async () => {
  const { callAll, connections, lines } = await startClients('stable');
  await callAll();
  const gone = connections.map((connection) => becomes(connection, 'close'));
  await redis.kill();
  await Promise.all(gone);
  platform.expireTokens();
  await callAll();
  // One at the start, one for each client without the store.
  expect(platform.tokenRequests).toHaveLength(1 + CLIENTS);
  const back = connections.map((connection) => becomes(connection, 'ready'));
  await redis.restart();
  await Promise.all(back);
  platform.expireTokens();
  await callAll();
  expect(platform.tokenRequests).toHaveLength(1 + CLIENTS + 1);
  const warning = 'the token store failed; this process uses its own access token';
  expect(lines).toEqual(Array(CLIENTS).fill(warning));
});
