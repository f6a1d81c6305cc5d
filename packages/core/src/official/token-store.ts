import { runInBackground } from '../background.ts';
import { StoreError } from '../errors.ts';
import { guardStore } from '../guard-store.ts';
import { within } from '../with-timeout.ts';

/** A token, or a ticket. */
export interface Token {
  readonly value: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** Unix milliseconds at which it was fetched. */
  readonly since: number;
  /** Unix milliseconds of the last forced refresh. */
  readonly forcedAt?: number | undefined;
  /** For an authorized account: the refresh token for the next token. */
  readonly refreshToken?: string | undefined;
  /** The refresh token given by the program, from which this one descends. */
  readonly givenRefreshToken?: string | undefined;
}

/**
 * Stores the tokens that the processes of one account share. Three atomic methods, which reject
 * when the store itself fails. `tokenStoreContract` has the checks for your own store.
 */
export interface TokenStore {
  /** Returns the token of a key, whatever its age. */
  get(key: string): Promise<Token | undefined>;

  /**
   * Locks a key for one process to fetch a token: resolves to a number above all earlier ones of
   * the key, or undefined while another has the lock. The lock expires after the given
   * milliseconds.
   */
  lock(key: string, milliseconds: number): Promise<number | undefined>;

  /**
   * Stores a token and releases the lock with that number; without a token, only releases it.
   * Resolves to false, and stores nothing, when a later lock was taken meanwhile.
   */
  set(key: string, token: Token | undefined, lock: number): Promise<boolean>;
}

interface StoredToken {
  token: Token | undefined;
  lock: number;
  /** Milliseconds on the clock of `performance.now()`. */
  lockedUntil: number;
}

/** Number of entries above which unused ones are searched for. */
const FEW = 1000;
/** Milliseconds after which a token is deleted, unless it has a refresh token. */
const FORGOTTEN = 24 * 3600_000;

/** Stores tokens in the memory of this process. */
export class MemoryTokenStore implements TokenStore {
  readonly #entries = new Map<string, StoredToken>();
  #locks = 0;
  #tidyAt = FEW;

  async get(key: string): Promise<Token | undefined> {
    return this.#entries.get(key)?.token;
  }

  async lock(key: string, milliseconds: number): Promise<number | undefined> {
    const now = performance.now();
    const entry = this.#entries.get(key) ?? { token: undefined, lock: 0, lockedUntil: 0 };
    if (entry.lockedUntil > now) return undefined;
    if (this.#entries.size >= this.#tidyAt) this.#tidy(now - FORGOTTEN);
    this.#locks += 1;
    entry.lock = this.#locks;
    entry.lockedUntil = now + milliseconds;
    this.#entries.set(key, entry);
    return entry.lock;
  }

  async set(key: string, token: Token | undefined, lock: number): Promise<boolean> {
    const entry = this.#entries.get(key);
    if (!entry || entry.lock !== lock) return false;
    // Not zero: it is when the entry was last of use.
    entry.lockedUntil = performance.now();
    entry.token = token ?? entry.token;
    if (!entry.token) this.#entries.delete(key);
    return true;
  }

  #tidy(before: number): void {
    for (const [key, { token, lockedUntil }] of this.#entries) {
      if (lockedUntil < before && token?.refreshToken === undefined) this.#entries.delete(key);
    }
    this.#tidyAt = Math.max(FEW, this.#entries.size * 2);
  }
}

/** Milliseconds to wait for a store: more than the stores of @wechat-mp/context-redis take. */
const LONGEST_WAIT = 5000;

/** The errors of values that are not tokens. */
const broken = new WeakSet<object>();

/**
 * Guards a store of tokens: it rejects with errors of this library, also when the store does not
 * answer, and returns valid tokens only.
 */
export function guardTokens(store: TokenStore): TokenStore {
  const guarded = guardStore('token', store, ['get', 'lock', 'set']);
  return {
    get: async (key) => checkToken(await waitForStore(guarded.get(key))),
    lock: async (key, milliseconds) => {
      const locking = guarded.lock(key, milliseconds);
      return waitForStore(locking, () => {
        // A lock that comes late is nobody's.
        runInBackground(async () => {
          const late = await locking;
          if (late !== undefined) await guarded.set(key, undefined, late);
        });
      });
    },
    set: (...given) => waitForStore(guarded.set(...given)),
  };
}

async function waitForStore<T>(asked: Promise<T>, giveUp?: () => void): Promise<T> {
  const answered = await within(asked, LONGEST_WAIT);
  if (answered) return answered.value;
  giveUp?.();
  throw new StoreError(`the token store did not answer within ${LONGEST_WAIT} ms`);
}

function checkToken(token: unknown): Token | undefined {
  if (token === undefined || token === null) return undefined;
  const { value, since, expiresAt } = token as Token;
  const isTime = typeof since === 'number' && typeof expiresAt === 'number';
  if (typeof value === 'string' && isTime) return token as Token;
  const error = new StoreError(
    'the token store failed: the stored value is not a token: another program wrote it; the next token is written over it',
  );
  broken.add(error);
  throw error;
}

/** Reads a token. A value that is not one, which `onBroken` is called with, counts as none. */
export async function readToken(
  store: TokenStore,
  key: string,
  onBroken?: (error: Error) => void,
): Promise<Token | undefined> {
  try {
    return await store.get(key);
  } catch (error) {
    if (!(error instanceof StoreError && broken.has(error))) throw error;
    onBroken?.(error);
    return undefined;
  }
}
