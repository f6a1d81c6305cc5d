/** A token's life, by a clock that the test turns. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryTokenStore, type Token, type TokenStore } from '@wechat-mp/core/official';
import { tokenStoreContract } from '@wechat-mp/core/token-store-contract';
import { Credential, type CredentialParts } from '../../src/official/credential.ts';
import { recorder } from '../support.ts';

describe('the contract, kept by MemoryTokenStore', () => {
  it.each(tokenStoreContract.map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
    run(new MemoryTokenStore()),
  );
});

describe('MemoryTokenStore, full of keys', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const token = { value: 'token', since: 0, expiresAt: 0 };
  const put = async (memory: TokenStore, key: string, more: Partial<Token> = {}) => {
    const lock = (await memory.lock(key, 1000)) as number;
    expect(await memory.set(key, { ...token, ...more }, lock)).toBe(true);
  };

  it('forgets a day after what has no refresh token, and nothing before', async () => {
    const memory = new MemoryTokenStore();
    await put(memory, 'old');
    await put(memory, 'account', { refreshToken: 'refresh' });
    jest.advanceTimersByTime(23 * 3600_000);
    for (let number = 0; number < 1000; number += 1) await put(memory, `code ${number}`);
    expect(await memory.get('old')).toEqual(token);
    jest.advanceTimersByTime(2 * 3600_000);
    for (let number = 0; number < 1100; number += 1) await put(memory, `more ${number}`);
    expect(await memory.get('old')).toBeUndefined();
    expect(await memory.get('account')).toMatchObject({ refreshToken: 'refresh' });
    expect(await memory.get('code 999')).toEqual(token);
  });

  it('gives no lock of a forgotten key a number that was given before', async () => {
    const memory = new MemoryTokenStore();
    const first = (await memory.lock('code', 1000)) as number;
    await memory.set('code', undefined, first);
    const second = (await memory.lock('code', 1000)) as number;
    expect(second).toBeGreaterThan(first);
    expect(await memory.set('code', token, first)).toBe(false);
  });
});

const START = 1_700_000_000_000;
const SECOND = 1000;
const PATH = '/cgi-bin/message/custom/send';
let time: number;
let store: TokenStore;
/** The tokens that the platform issued, in order. */
let given: { value: string; force: boolean }[];
/** The token that the platform holds to be in force. */
let inForce: string;
/** How many tokens it has made. */
let made: number;
let life: number;
let log: ReturnType<typeof recorder>;

beforeEach(() => {
  time = START;
  store = new MemoryTokenStore();
  given = [];
  inForce = '';
  made = 0;
  life = 7200;
  log = recorder();
});

/** One process; the platform gives a new token when it has none in force, or is forced to. */
function createProcess(options: Partial<CredentialParts> = {}): Credential {
  return new Credential({
    name: 'access token',
    key: 'wx1:stable',
    store,
    isStable: true,
    logger: log,
    given: undefined,
    now: () => time,
    fetch: async ({ force }) => {
      await Promise.resolve();
      if (force || inForce === '') {
        made += 1;
        inForce = `token-${made}`;
      }
      given.push({ value: inForce, force });
      const token = { value: inForce, since: time, expiresAt: time + life * SECOND };
      return { answer: { access_token: inForce, expires_in: life }, token };
    },
    ...options,
  });
}
const valueOf = async (credential: Credential) => (await credential.get()).value;
const warnings = () =>
  log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);

describe('a token is fetched', () => {
  it('once, however many calls of one process want it', async () => {
    const credential = createProcess();
    const values = await Promise.all(Array.from({ length: 1000 }, () => valueOf(credential)));
    expect(new Set(values)).toEqual(new Set(['token-1']));
    expect(given).toHaveLength(1);
  });

  it('once, however many processes share the store', async () => {
    const processes = Array.from({ length: 10 }, () => createProcess());
    expect(new Set(await Promise.all(processes.map(valueOf)))).toEqual(new Set(['token-1']));
    expect(given).toHaveLength(1);
  });

  it('by the next caller, when it failed: the lock is given back', async () => {
    const fetch = jest.fn<CredentialParts['fetch']>().mockRejectedValueOnce(new Error('down'));
    const token = { value: 'after', since: time, expiresAt: time + 7200 * SECOND };
    fetch.mockResolvedValueOnce({ answer: {}, token });
    const credential = createProcess({ fetch });
    await expect(credential.get()).rejects.toThrow('down');
    expect(await valueOf(createProcess({ fetch }))).toBe('after');
  });
});

describe('before its end', () => {
  it.each([
    [7200, 7200 - 241, 1],
    [7200, 7200 - 240, 2],
    // What is left of a stable token that others fetched long ago.
    [290, 144, 1],
    [290, 145, 2],
  ])('of %i s, %i s later: %i requests', async (seconds, later, requests) => {
    life = seconds;
    const credential = createProcess();
    await credential.get();
    inForce = '';
    time += later * SECOND;
    // Nobody waits for the new one.
    expect(await valueOf(credential)).toBe('token-1');
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toHaveLength(requests);
    expect(await valueOf(credential)).toBe(`token-${requests}`);
  });

  it('one process fetches the next, and the others take it from the store', async () => {
    const [first, second] = [createProcess(), createProcess()];
    await Promise.all([first.get(), second.get()]);
    inForce = '';
    time += (7200 - 200) * SECOND;
    await first.get();
    await new Promise((resolve) => setImmediate(resolve));
    await second.get();
    await new Promise((resolve) => setImmediate(resolve));
    expect([await valueOf(first), await valueOf(second)]).toEqual(['token-2', 'token-2']);
    expect(given).toHaveLength(2);
  });

  it('a failure is a warning while the token serves, and tried again 10 s later', async () => {
    const fetch = jest.fn<CredentialParts['fetch']>();
    const token = { value: 'old', since: time, expiresAt: time + 7200 * SECOND };
    fetch.mockResolvedValueOnce({ answer: {}, token }).mockRejectedValue(new Error('down'));
    const credential = createProcess({ fetch });
    await credential.get();
    time += 7000 * SECOND;
    for (const calls of [2, 2, 3]) {
      expect(await valueOf(credential)).toBe('old');
      await new Promise((resolve) => setImmediate(resolve));
      expect(fetch).toHaveBeenCalledTimes(calls);
      if (calls === 2) time += 5 * SECOND;
    }
    expect(warnings()).toEqual(
      Array(2).fill('could not refresh the access token before it expires'),
    );
  });

  it('serves no more in its last minute', async () => {
    const credential = createProcess();
    await credential.get();
    inForce = '';
    time += (7200 - 60) * SECOND;
    expect(await valueOf(credential)).toBe('token-2');
  });
});

describe('a token that the platform refuses', () => {
  const refuse = async (credential: Credential, token: Token) =>
    (await credential.replace(token, PATH))?.value;

  it('is replaced once, for all calls of all processes that were refused', async () => {
    const [first, second] = [createProcess(), createProcess()];
    const [a, b] = await Promise.all([first.get(), second.get()]);
    inForce = '';
    const replaced = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        index % 2 === 0 ? refuse(first, a) : refuse(second, b),
      ),
    );
    expect(new Set(replaced)).toEqual(new Set(['token-2']));
    expect(given).toHaveLength(2);
  });

  it('does not end the one that another call has got meanwhile', async () => {
    const credential = createProcess();
    const old = await credential.get();
    inForce = '';
    await refuse(credential, old);
    expect(await refuse(credential, old)).toBe('token-2');
    expect(given).toHaveLength(2);
  });

  it('and that the platform gives again is forced, once in two hours for all processes', async () => {
    const credential = createProcess();
    const old = await credential.get();
    expect(await refuse(credential, old)).toBe('token-2');
    const forced = () => given.filter(({ force }) => force).length;
    expect(forced()).toBe(1);
    // That one is refused too: it is given again as it is, and the call fails.
    const other = createProcess();
    expect(await refuse(other, await other.get())).toBe('token-2');
    expect(forced()).toBe(1);
    time += 2 * 3600 * SECOND;
    const late = createProcess();
    expect(await refuse(late, await late.get())).toBe('token-3');
    expect(forced()).toBe(2);
  });

  it('of the classic kind is never forced', async () => {
    const credential = createProcess({ isStable: false });
    await refuse(credential, await credential.get());
    expect(given.map(({ force }) => force)).toEqual([false, false]);
  });
});

describe('when the platform refuses each new token, there is a pause before the next, which grows', () => {
  /** The seconds after which the refused token is replaced, in `minutes` of a call each second. */
  async function replacements(credential: Credential, minutes: number): Promise<number[]> {
    const seconds: number[] = [];
    let token = await credential.get();
    for (let second = 0; second < minutes * 60; second += 1) {
      inForce = '';
      const other = await credential.replace(token, PATH);
      if (other) {
        seconds.push(second);
        token = other;
      }
      time += SECOND;
    }
    return seconds;
  }

  it.each([
    ['classic', false],
    ['stable', true],
  ])('%s', async (_, isStable) => {
    const seconds = await replacements(createProcess({ isStable }), 20);
    expect(seconds).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 812, 1112]);
    expect(given).toHaveLength(14);
  });

  it('also when the platform gives the same stable token over and over', async () => {
    const credential = createProcess();
    const token = await credential.get();
    for (let call = 0; call < 100; call += 1) await credential.replace(token, PATH);
    // One gives the same, so that another is forced.
    expect(given.map(({ force }) => force)).toEqual([false, false, true]);
  });

  it('and a warning says so, each time', async () => {
    await replacements(createProcess({ isStable: false }), 1);
    const [first, ...others] = warnings();
    expect(first).toContain('the platform refuses each new access token');
    expect(others).toHaveLength(5);
    expect(log.lines.map(({ details }) => details['milliseconds'])).toEqual(
      [1, 2, 4, 8, 16, 32].map((seconds) => seconds * SECOND),
    );
  });

  it('meanwhile one that another process has fetched is taken', async () => {
    const [first, second] = [createProcess(), createProcess()];
    const token = await first.get();
    inForce = '';
    const other = (await first.replace(token, PATH)) as Token;
    inForce = '';
    const refused = (await first.replace(other, PATH)) as Token;
    expect(await first.replace(refused, PATH)).toBeUndefined();
    inForce = '';
    await second.get();
    await second.replace(refused, PATH);
    expect((await first.replace(refused, PATH))?.value).toBe('token-4');
  });

  it('and none any more once a token in place of the refused one was accepted', async () => {
    const credential = createProcess();
    let token = await credential.get();
    for (let times = 1; times <= 10; times += 1) {
      credential.accept(PATH);
      inForce = '';
      token = (await credential.replace(token, PATH)) as Token;
      expect(token.value).toBe(`token-${times + 1}`);
    }
  });

  it.each([
    ['classic', false],
    ['stable', true],
  ])('%s: one path refuses them, and others accept each', async (_, isStable) => {
    const credential = createProcess({ isStable });
    const requests: number[] = [];
    for (let second = 0; second < 3600; second += 1) {
      if (!isStable) inForce = '';
      await credential.replace(await credential.get(), PATH);
      // The call is refused again, and another is not, nor is the next one to the same path.
      credential.accept();
      time += SECOND;
      if (second === 0 || second === 59 || second === 3599) requests.push(given.length);
    }
    expect(requests).toEqual(isStable ? [3, 9, 23] : [2, 8, 22]);
    // A token that every path refuses is replaced at once all the same.
    inForce = '';
    const token = await credential.get();
    expect((await credential.replace(token, '/cgi-bin/menu/get'))?.value).not.toBe(token.value);
    expect(warnings()[0]).toMatch(/^one path refuses each new access token/);
    expect(log.lines[0]?.details).toEqual({ path: PATH, milliseconds: SECOND });
  });

  it('one path refuses them, in many processes: what one has fetched, the others do not replace', async () => {
    const processes = Array.from({ length: 10 }, () => createProcess({ isStable: false }));
    let afterAnHour = 0;
    for (let second = 0; second < 2 * 3600; second += 1) {
      if (second === 3600) afterAnHour = given.length;
      for (const one of processes) {
        inForce = '';
        const token = await one.get();
        await one.replace(token, PATH);
        one.accept();
      }
      time += SECOND;
    }
    // One in five minutes.
    expect(given.length - afterAnHour).toBeLessThanOrEqual(13);
  });

  it('nor is there one after a request for a token that failed', async () => {
    let isDown = true;
    const credential = createProcess({
      fetch: async () => {
        if (isDown) throw new Error('down');
        return {
          answer: {},
          token: { value: 'new', since: time, expiresAt: time + 7200 * SECOND },
        };
      },
      given: { value: 'old', since: time, expiresAt: time + 7200 * SECOND },
    });
    const old = await credential.get();
    await expect(credential.replace(old, PATH)).rejects.toThrow('down');
    isDown = false;
    expect((await credential.replace(old, PATH))?.value).toBe('new');
  });
});

describe('a process that lost its lock', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('while it fetched takes what the later one has stored', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    let answer: () => void = () => {};
    const slow = createProcess({
      fetch: async () => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        const token = { value: 'stale', since: time, expiresAt: time + 7200 * SECOND };
        return { answer: {}, token };
      },
    });
    const value = valueOf(slow);
    await new Promise((resolve) => setImmediate(resolve));
    // Its lock is over.
    jest.advanceTimersByTime(20_001);
    expect(await valueOf(createProcess())).toBe('token-1');
    answer();
    expect(await value).toBe('token-1');
    expect((await store.get('wx1:stable'))?.value).toBe('token-1');
  });

  it('while it fetched keeps its own while the later one still fetches', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const answers: ((value: string) => void)[] = [];
    const fetch = async () => {
      const value = await new Promise<string>((resolve) => answers.push(resolve));
      return { answer: {}, token: { value, since: time, expiresAt: time + 7200 * SECOND } };
    };
    const old = await createProcess().get();
    const [first, second] = [createProcess({ fetch }), createProcess({ fetch })];
    await Promise.all([first.get(), second.get()]);
    time += 60 * SECOND;
    const replaced = first.replace(old, PATH);
    await new Promise((resolve) => setImmediate(resolve));
    jest.advanceTimersByTime(20_001);
    const later = second.replace(old, PATH);
    await new Promise((resolve) => setImmediate(resolve));
    answers[0]?.('first');
    expect((await replaced)?.value).toBe('first');
    expect(await valueOf(first)).toBe('first');
    time += SECOND;
    answers[1]?.('second');
    expect((await later)?.value).toBe('second');
    expect((await store.get('wx1:stable'))?.value).toBe('second');
    // And takes that one over the next time.
    time += 20 * SECOND;
    await first.get();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await valueOf(first)).toBe('second');
  });
});

describe('when the store is down', () => {
  const down = async () => {
    throw new Error('connection lost');
  };

  it('a process fetches a token of its own, and says so once in a while', async () => {
    store = { get: down, lock: down, set: down };
    const credential = createProcess();
    expect(await valueOf(credential)).toBe('token-1');
    expect(await valueOf(credential)).toBe('token-1');
    expect(given).toHaveLength(1);
    expect(warnings()).toEqual(['the token store failed; this process uses its own access token']);
  });

  it('the token that is known serves on, and a refused one is replaced', async () => {
    const credential = createProcess();
    const old = await credential.get();
    jest.spyOn(store, 'get').mockImplementation(down);
    jest.spyOn(store, 'lock').mockImplementation(down);
    inForce = '';
    expect((await credential.replace(old, PATH))?.value).toBe('token-2');
    expect(await valueOf(credential)).toBe('token-2');
  });

  describe('a store that holds an older token when it is back', () => {
    /** Returns a process whose second token the store never had. */
    async function replaceAlone(): Promise<Credential> {
      const credential = createProcess({ isStable: false });
      const old = await credential.get();
      const away = (['get', 'lock', 'set'] as const).map((method) =>
        jest.spyOn(store, method).mockImplementation(down),
      );
      time += 600 * SECOND;
      inForce = '';
      await credential.replace(old, PATH);
      for (const spy of away) spy.mockRestore();
      expect((await store.get('wx1:stable'))?.value).toBe('token-1');
      return credential;
    }

    it('does not have it taken in place of a refused one', async () => {
      const credential = await replaceAlone();
      const token = await credential.get();
      inForce = '';
      const replaced = await Promise.all([1, 2, 3].map(() => credential.replace(token, PATH)));
      expect(replaced.map((one) => one?.value)).toEqual(Array(3).fill('token-3'));
      expect(given).toHaveLength(3);
      expect((await store.get('wx1:stable'))?.value).toBe('token-3');
    });

    it('nor once more during the pause after many replacements', async () => {
      const credential = await replaceAlone();
      inForce = '';
      const third = (await credential.replace(await credential.get(), PATH)) as Token;
      const lock = (await store.lock('wx1:stable', 1000)) as number;
      await store.set('wx1:stable', { ...third, value: 'older', since: START }, lock);
      expect(await credential.replace(third, PATH)).toBeUndefined();
    });

    it('is given the newer one ten seconds later, and other processes take it', async () => {
      const credential = await replaceAlone();
      time += 9 * SECOND;
      await credential.get();
      await new Promise((resolve) => setImmediate(resolve));
      expect((await store.get('wx1:stable'))?.value).toBe('token-1');
      time += SECOND;
      await credential.get();
      await new Promise((resolve) => setImmediate(resolve));
      expect(await valueOf(createProcess())).toBe('token-2');
      expect(given).toHaveLength(2);
    });

    it('or has the one taken that another process has stored after it', async () => {
      const credential = await replaceAlone();
      time += 20 * SECOND;
      const other = createProcess({ isStable: false });
      inForce = '';
      await other.replace(await other.get(), PATH);
      await credential.get();
      await new Promise((resolve) => setImmediate(resolve));
      expect(await valueOf(credential)).toBe('token-3');
      expect((await store.get('wx1:stable'))?.value).toBe('token-3');
    });

    it('does not stand in the way of a token that the program gave and WeChat refuses', async () => {
      await createProcess().get();
      time += 600 * SECOND;
      const own = { value: 'own', since: time, expiresAt: time + 7200 * SECOND };
      const credential = createProcess({ given: own });
      expect((await credential.replace(own, PATH))?.value).toBe('token-1');
      expect(given).toHaveLength(1);
    });
  });

  it('and fails only when the token is kept, the token serves', async () => {
    jest.spyOn(store, 'set').mockImplementation(down);
    expect(await valueOf(createProcess())).toBe('token-1');
    expect(warnings()).toHaveLength(1);
  });
});
