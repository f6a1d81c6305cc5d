/** Limits hold in memory and in Redis, for one process and for two. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Exchange } from '@wechat-mp/core';
import { Redis } from 'ioredis';
import { ManualClock } from '../../../test/support/clock.ts';
import { type RedisServer, startRedis, stopRedis, track } from '../../../test/support/redis.ts';
import {
  createLimits,
  type LimitStore,
  type LimitsOptions,
  MemoryLimitStore,
  redisLimitStore,
} from '../src/index.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(stopRedis);

const usage = { messages: [], answer: 'four' };
const from = (source: string) => ({ message: { source } }) as unknown as Exchange;
let names = 0;

const stores: [string, () => LimitStore][] = [
  ['memory', () => new MemoryLimitStore()],
  ['Redis', () => redisLimitStore(track(new Redis(server.port)))],
];

describe.each(stores)('in %s', (_, createStore) => {
  function start(options: LimitsOptions) {
    const clock = new ManualClock();
    names += 1;
    const shared = { clock, store: createStore(), name: `bot${names}`, ...options };
    const limits = createLimits(shared);
    const ask = async (source = 'a') => limits.acquire(from(source), 'en');
    const isRefused = async (source?: string) => typeof (await ask(source)) === 'string';
    return { clock, ask, isRefused };
  }

  it('a user asks so often within any minute, others as often', async () => {
    const { clock, isRefused } = start({ user: { perMinute: 2 } });
    expect([await isRefused(), await isRefused(), await isRefused()]).toEqual([false, false, true]);
    expect(await isRefused('b')).toBe(false);
    await clock.advance(60_001);
    expect(await isRefused()).toBe(false);
  });

  it('the account as a whole asks so often', async () => {
    const { isRefused } = start({ account: { perMinute: 2 } });
    expect([await isRefused('a'), await isRefused('b'), await isRefused('c')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('limits concurrent runs, until one ends or its process has died', async () => {
    const { clock, ask, isRefused } = start({ user: { concurrent: 1 }, maxRun: 5000 });
    const permit = await ask();
    expect(await isRefused()).toBe(true);
    if (typeof permit === 'object') await permit.release(usage);
    expect(await isRefused()).toBe(false);
    expect(await isRefused()).toBe(true);
    await clock.advance(5001);
    expect(await isRefused()).toBe(false);
  });

  it('processes that are alike count the runs of both', async () => {
    const [clock, store] = [new ManualClock(), createStore()];
    names += 1;
    // Containers have the same process id, and may be asked in the same millisecond.
    const options = { clock, store, name: `bot${names}`, account: { concurrent: 2 } };
    const processes = [createLimits(options), createLimits(options)];
    const ask = (limits = processes[0]) => limits?.acquire(from('a'), 'en');
    expect([typeof (await ask()), typeof (await ask(processes[1]))]).toEqual(['object', 'object']);
    expect(typeof (await ask())).toBe('string');
  });

  it('a day costs so much, as the user’s function counts', async () => {
    const { clock, ask, isRefused } = start({
      user: { daily: 6 },
      cost: ({ answer }) => answer.length,
    });
    for (const _question of ['1', '2']) {
      const permit = await ask();
      if (typeof permit === 'object') await permit.release(usage);
    }
    expect(await ask()).toBe('Today’s allowance is used up. Please come back tomorrow.');
    await clock.advance(24 * 3_600_000);
    expect(await isRefused()).toBe(false);
  });

  it('a refused question is not counted', async () => {
    const { ask, isRefused } = start({ user: { perMinute: 1 }, account: { concurrent: 2 } });
    await ask('a');
    expect(await isRefused('a')).toBe(true);
    expect(await isRefused('b')).toBe(false);
    expect(await isRefused('c')).toBe(true);
  });

  it('holds for concurrent questions', async () => {
    const { isRefused } = start({ user: { concurrent: 3 } });
    const refused = await Promise.all(Array.from({ length: 20 }, async () => isRefused()));
    expect(refused.filter((isOver) => !isOver)).toHaveLength(3);
  });
});

describe('the text of a limit', () => {
  const personal = { zh: /问得太快|上一个问题/, en: /a little fast|earlier question/ };
  it.each(['perMinute', 'concurrent', 'daily'] as const)(
    'of the account does not speak of what the user did: %s',
    async (limit) => {
      const account = createLimits({ account: { [limit]: 1 } });
      const first = await account.acquire(from('a'), 'zh');
      if (limit === 'daily' && typeof first === 'object') await first.release(usage);
      const user = createLimits({ user: { [limit]: 1 } });
      const mine = await user.acquire(from('a'), 'zh');
      if (limit === 'daily' && typeof mine === 'object') await mine.release(usage);
      for (const language of ['zh', 'en'] as const) {
        const text = await account.acquire(from('b'), language);
        expect(text).not.toMatch(personal[language]);
        expect(text).not.toBe(await user.acquire(from('a'), language));
      }
    },
  );

  it('of the user’s own goes before that of the account', async () => {
    const limits = createLimits({ user: { concurrent: 1 }, account: { concurrent: 1 } });
    await limits.acquire(from('a'), 'zh');
    expect(await limits.acquire(from('a'), 'zh')).toBe('上一个问题还没有答完，请稍等。');
    expect(await limits.acquire(from('b'), 'zh')).toBe('现在提问的人太多，请稍后再试。');
  });
});

it('keys of Redis end by themselves', async () => {
  const redis = track(new Redis(server.port));
  const limits = createLimits({
    store: redisLimitStore(redis),
    name: 'ending',
    user: { daily: 1 },
  });
  const permit = await limits.acquire(from('a'), 'zh');
  if (typeof permit === 'object') await permit.release(usage);
  const keys = await redis.keys('wechat:limits:{ending}*');
  expect(keys.length).toBeGreaterThan(3);
  for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
});

it('a limit that is not a number is refused', () => {
  expect(() => createLimits({ user: { perMinute: 0 } })).toThrow(
    'perMinute must be a number above 0',
  );
  expect(() => redisLimitStore({} as never)).toThrow('needs a Redis');
});
