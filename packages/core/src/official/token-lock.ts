import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../errors.ts';
import type { TokenStore } from './token-store.ts';

/** Milliseconds for which one process may take to fetch a token before another tries. */
export const LOCKED = 20_000;
/** Milliseconds between two checks whether another process has fetched it. */
export const LOOK_AGAIN = 50;
/** Maximum number of checks: longer than any lock lasts. */
export const LOOKS = (2 * LOCKED) / LOOK_AGAIN;

/** Acquires the lock of a key, waiting while another process has it. */
export async function acquireLock(store: TokenStore, key: string): Promise<number> {
  for (let look = 0; look < LOOKS; look += 1) {
    const lock = await store.lock(key, LOCKED);
    if (lock !== undefined) return lock;
    await pause(LOOK_AGAIN);
  }
  throw noLock();
}

/** Releases a lock; when the store fails, the lock ends by itself. */
export async function releaseLock(store: TokenStore, key: string, lock: number): Promise<void> {
  await store.set(key, undefined, lock).catch(() => {});
}

/** Runs work that needs a lock, which is released when the work fails. */
export async function runLocked<T>(
  store: TokenStore,
  key: string,
  lock: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await releaseLock(store, key, lock);
    throw error;
  }
}

export function noLock(): StoreError {
  return new StoreError(
    `the token store failed: its lock, which lasts ${LOCKED} ms, could not be acquired within twice that time`,
  );
}
