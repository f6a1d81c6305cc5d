import { createHash } from 'node:crypto';
import { systemClock } from '../clock.ts';
import { ExpiringMap } from '../expiring-map.ts';
import type { AuthorizationInfo } from './endpoints/index.ts';
import { acquireLock, releaseLock, runLocked } from './token-lock.ts';
import { readToken, type Token, type TokenStore } from './token-store.ts';

/** Milliseconds for which the platform accepts a code, and its result is kept. */
const CODE_LIFE = 3600_000;
/** Maximum number of results that wait for the store. */
const MAX_UNKEPT = 1000;
/** Milliseconds until a result is offered to the store again; doubled each time. */
const KEEP_AGAIN = 1000;
const LONGEST_PAUSE = 60_000;

/** The platform's result for a code: the rights, and the account's token where they include the API. */
export interface Exchanged {
  readonly info: AuthorizationInfo;
  readonly token: Token | undefined;
  /** Unix milliseconds. */
  readonly since: number;
}

interface Unkept extends Exchanged {
  /** The number of the lock under which the code was exchanged. */
  readonly lock: number;
}

interface Parts {
  readonly componentAppid: string;
  readonly store: TokenStore;
  readonly exchange: (code: string) => Promise<Exchanged>;
  /** Stores the account’s token, unless a newer one is there. */
  readonly keep: (exchanged: Exchanged, isLate: boolean) => Promise<void>;
}

/**
 * Creates a function that exchanges each authorization code once in all processes: the platform
 * pushes the same code that it redirects the administrator with, and accepts it once. A second
 * exchange gets the result of the first. Nothing is exchanged while the store fails; a result that
 * the store did not take stays in this process until it does.
 */
export function createAuthorize({ componentAppid, store, exchange, keep }: Parts) {
  const underWay = new Map<string, Promise<AuthorizationInfo>>();
  const unkept = new ExpiringMap<Unkept>({ maxEntries: MAX_UNKEPT, now: Date.now });

  function createKey(code: string): string {
    return `${componentAppid}:code:${createHash('sha256').update(code).digest('base64url')}`;
  }

  async function find(key: string): Promise<AuthorizationInfo | undefined> {
    const stored = await readToken(store, key);
    if (!stored || stored.expiresAt <= Date.now()) return undefined;
    return JSON.parse(stored.value) as AuthorizationInfo;
  }

  async function exchangeOnce(code: string): Promise<AuthorizationInfo> {
    const own = unkept.get(code);
    if (own) return keepResult(code, own, true);
    const key = createKey(code);
    const known = await find(key);
    return known ?? exchangeLocked(code, key, await acquireLock(store, key));
  }

  async function exchangeLocked(code: string, key: string, lock: number) {
    // Another process may have been done just before the lock.
    const known = await runLocked(store, key, lock, () => find(key));
    if (known) {
      await releaseLock(store, key, lock);
      return known;
    }
    const exchanged = await runLocked(store, key, lock, () => exchange(code));
    const own = { ...exchanged, lock };
    unkept.set(code, own, CODE_LIFE);
    return keepResult(code, own, false).catch((error: unknown) => {
      keepLater(code, KEEP_AGAIN);
      throw error;
    });
  }

  async function keepResult(code: string, own: Unkept, isLate: boolean) {
    const { info, since, lock } = own;
    const key = createKey(code);
    await keep(own, isLate);
    const answer = { value: JSON.stringify(info), since, expiresAt: since + CODE_LIFE };
    const isKept = await store.set(key, answer, lock);
    if (!isKept) await store.set(key, answer, await acquireLock(store, key));
    unkept.delete(code);
    return info;
  }

  /** Offers a result to the store again: the platform’s next push may come to another process. */
  function keepLater(code: string, milliseconds: number): void {
    const tryAgain = () => {
      if (!unkept.get(code)) return;
      const next = Math.min(milliseconds * 2, LONGEST_PAUSE);
      authorize(code).catch(() => keepLater(code, next));
    };
    systemClock.setTimeout(tryAgain, milliseconds).unref?.();
  }

  function authorize(code: string): Promise<AuthorizationInfo> {
    const joined = underWay.get(code);
    if (joined) return joined;
    const begun = exchangeOnce(code).finally(() => underWay.delete(code));
    underWay.set(code, begun);
    return begun;
  }

  return authorize;
}
