/** The result of an authorization code that the store did not take. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { MemoryTokenStore } from '@wechat-mp/core/official';
import { createAuthorize, type Exchanged } from '../../src/official/authorizations.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const SECOND = 1000;

/** One process; `isAway` makes its account’s token be refused by the store. */
function createProcess(store = new MemoryTokenStore()) {
  const state = { isAway: true, exchanges: 0, tries: [] as boolean[] };
  const authorize = createAuthorize({
    componentAppid: 'wxcomponent',
    store,
    exchange: async (code): Promise<Exchanged> => {
      state.exchanges += 1;
      const info = { authorizer_appid: code, func_info: [] } as unknown as Exchanged['info'];
      return { info, token: undefined, since: Date.now() };
    },
    keep: async (_, isLate) => {
      state.tries.push(isLate);
      if (state.isAway) throw new Error('away');
    },
  });
  return { state, authorize };
}

it('is kept as soon as the store is back, though WeChat’s next push comes to another process', async () => {
  const store = new MemoryTokenStore();
  const { state, authorize } = createProcess(store);
  await expect(authorize('wx1')).rejects.toThrow('away');
  await jest.advanceTimersByTimeAsync(10 * SECOND);
  // After 1, 2 and 4 seconds.
  expect(state.tries).toEqual([false, true, true, true]);
  state.isAway = false;
  await jest.advanceTimersByTimeAsync(60 * SECOND);
  expect(state.tries).toHaveLength(5);
  const other = createProcess(store);
  expect(await other.authorize('wx1')).toMatchObject({ authorizer_appid: 'wx1' });
  expect([state.exchanges, other.state.exchanges]).toEqual([1, 0]);
});

it('is tried for the hour in which the code is good, a minute apart, and forgotten then', async () => {
  const { state, authorize } = createProcess();
  await expect(authorize('wx1')).rejects.toThrow('away');
  await jest.advanceTimersByTimeAsync(3600 * SECOND);
  expect(state.tries).toHaveLength(65);
  await jest.advanceTimersByTimeAsync(3600 * SECOND);
  expect(state.tries).toHaveLength(65);
  expect(jest.getTimerCount()).toBe(0);
});

it('of many codes the newest are retained', async () => {
  const { state, authorize } = createProcess();
  for (let number = 0; number < 2000; number += 1) {
    await expect(authorize(`wx${number}`)).rejects.toThrow('away');
  }
  state.isAway = false;
  state.tries.length = 0;
  await jest.advanceTimersByTimeAsync(10 * SECOND);
  expect(state.tries.length).toBeGreaterThanOrEqual(500);
  expect(state.tries.length).toBeLessThanOrEqual(1000);
});
