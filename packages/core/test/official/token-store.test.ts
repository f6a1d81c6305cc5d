/** Token stores of one's own, guarded: what does not answer, and what is no token. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { MemoryTokenStore, type Token, type TokenStore } from '@wechat-mp/core/official';
import { Credential } from '../../src/official/credential.ts';
import { guardTokens, readToken } from '../../src/official/token-store.ts';
import { catchError, recorder } from '../support.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const never = () => new Promise<never>(() => {});
const token: Token = { value: 'token', since: Date.now(), expiresAt: Date.now() + 7_200_000 };

function createCredential(store: TokenStore) {
  const log = recorder();
  const credential = new Credential({
    name: 'access token',
    key: 'wx1:stable',
    store: guardTokens(store),
    isStable: true,
    logger: log,
    given: undefined,
    now: Date.now,
    fetch: async () => ({ answer: {}, token }),
  });
  return { credential, log };
}

it.each(['get', 'lock', 'set'] as const)(
  'a store whose %s never answers fails after five seconds, and the call goes on',
  async (method) => {
    const store = Object.assign(new MemoryTokenStore(), { [method]: never });
    const { credential, log } = createCredential(store);
    const got = credential.get();
    await jest.advanceTimersByTimeAsync(5000);
    expect((await got).value).toBe('token');
    expect(log.lines).toMatchObject([
      {
        message: 'the token store failed; this process uses its own access token',
        details: { err: { message: 'the token store did not answer within 5000 ms' } },
      },
    ]);
    expect(jest.getTimerCount()).toBe(0);
  },
);

it('what is to serve all processes rejects when the store does not answer', async () => {
  const { credential } = createCredential({ get: never, lock: never, set: never });
  const kept = catchError(() => credential.keep(token));
  await jest.advanceTimersByTimeAsync(5000);
  expect(await kept).toMatchObject({ code: 'WECHAT_STORE' });
});

it('a lock that comes after that time is released', async () => {
  const memory = new MemoryTokenStore();
  let answer: () => void = () => {};
  const slow = guardTokens({
    get: (key) => memory.get(key),
    set: (...given) => memory.set(...given),
    lock: async (...given) => {
      const lock = await memory.lock(...given);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return lock;
    },
  });
  const given = catchError(() => slow.lock('key', 60_000));
  await jest.advanceTimersByTimeAsync(5000);
  expect((await given).message).toContain('did not answer');
  expect(await memory.lock('key', 60_000)).toBeUndefined();
  answer();
  await jest.advanceTimersByTimeAsync(0);
  expect(await memory.lock('key', 60_000)).toBeDefined();
});

it.each([42, 'x', [], {}, { value: 'x' }, { value: 'x', since: 1, expiresAt: null }])(
  '%j is no token: it counts as none, and the error says so',
  async (broken) => {
    const memory = new MemoryTokenStore();
    // Twice, as the store of an account of a third-party platform is.
    const store = guardTokens(
      guardTokens(Object.assign(memory, { get: async () => broken as Token })),
    );
    const errors: Error[] = [];
    expect(await readToken(store, 'key', (error) => errors.push(error))).toBeUndefined();
    expect(errors[0]?.message).toContain('the stored value is not a token');
  },
);
