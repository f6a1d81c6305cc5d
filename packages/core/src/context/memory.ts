import { joinKey } from '../join-key.ts';
import { consoleLogger, type Logger, protect } from '../logger.ts';
import { checkCount } from '../option-checks.ts';
import { checkSpelling } from '../spelling.ts';
import type {
  ContextLock,
  ContextRecord,
  ContextStore,
  ContextUser,
  Loaded,
  SaveOptions,
} from './store.ts';

interface StoredContext {
  readonly record: ContextRecord;
  readonly expiresAt: number;
}

/**
 * Stores conversations in this process: the default, for one process and for development.
 *
 * @example
 * wechat({ token: 'TOKEN', contexts: new MemoryContextStore({ maxEntries: 50_000 }) }, handlers)
 */
export class MemoryContextStore implements ContextStore {
  /** In the order of saves or messages, oldest first. */
  readonly #entries = new Map<string, StoredContext>();
  readonly #locks = new Map<string, { owner: string; until: number }>();
  readonly #maxEntries: number;
  readonly #logger: Logger;
  readonly #now: () => number;
  #isFull = false;

  /**
   * `maxEntries`: maximum number of users, the oldest are deleted first; default 100 000. `now`: a
   * clock in ms.
   */
  constructor(options: { maxEntries?: number; logger?: Logger; now?: () => number } = {}) {
    checkSpelling(options, ['maxEntries', 'logger', 'now']);
    const { maxEntries = 100_000, logger = consoleLogger, now = Date.now } = options;
    checkCount('maxEntries', maxEntries);
    this.#maxEntries = maxEntries;
    this.#logger = protect(logger);
    this.#now = now;
    if (process.env['NODE_ENV'] === 'production') {
      this.#logger.warn(
        { maxEntries },
        'conversations are stored in the memory of this process: they are lost when it exits, and other processes do not see them. Give `contexts`, for example from @wechat-mp/context-redis',
      );
    }
  }

  async load(user: ContextUser, lock?: ContextLock, rolling?: number): Promise<Loaded> {
    const key = createUserKey(user);
    if (lock) {
      const busyFor = this.#heldFor(key, lock.owner);
      if (busyFor > 0) return { busyFor };
      this.#locks.set(key, { owner: lock.owner, until: this.#now() + lock.lease });
    }
    if (rolling !== undefined) this.prolong(user, rolling);
    return { record: this.#get(key) };
  }

  /** @internal Extends a record by its own seconds, otherwise by those given. */
  prolong(user: ContextUser, seconds: number): void {
    if (this.#entries.size === 0) return;
    const key = createUserKey(user);
    const record = this.#get(key);
    if (!record || (record.expiry && 'until' in record.expiry)) return;
    const milliseconds = (record.expiry?.seconds ?? seconds) * 1000;
    this.#entries.delete(key);
    this.#entries.set(key, { record, expiresAt: this.#now() + milliseconds });
  }

  /** @internal Loads for the current turn: the lock is free, and ends with that turn only. */
  open(user: ContextUser, lock: ContextLock | undefined): ContextRecord | undefined {
    const key = createUserKey(user);
    if (lock) this.#locks.set(key, { owner: lock.owner, until: Number.POSITIVE_INFINITY });
    return this.#get(key);
  }

  async save(
    user: ContextUser,
    record: ContextRecord,
    options: SaveOptions,
  ): Promise<{ current: ContextRecord | undefined } | undefined> {
    return this.saveNow(user, record, options);
  }

  /** @internal */
  saveNow(
    user: ContextUser,
    record: ContextRecord,
    { replaces, milliseconds, lock, keepLock }: SaveOptions,
  ): { current: ContextRecord | undefined } | undefined {
    const key = createUserKey(user);
    const current = this.#get(key);
    const isOthers = this.#heldFor(key, lock?.owner) > 0;
    const hasExpired = !current && lock && this.#locks.get(key)?.owner === lock.owner;
    if (isOthers || ((current?.version ?? 0) !== replaces && !hasExpired)) return { current };
    this.#entries.delete(key);
    this.#entries.set(key, { record, expiresAt: this.#now() + milliseconds });
    if (lock && !keepLock) this.#locks.delete(key);
    this.#makeRoom();
    return undefined;
  }

  async delete(user: ContextUser): Promise<void> {
    this.#entries.delete(createUserKey(user));
  }

  async renew(user: ContextUser, lock: ContextLock): Promise<boolean> {
    const key = createUserKey(user);
    if (this.#heldFor(key, lock.owner) > 0) return false;
    this.#locks.set(key, { owner: lock.owner, until: this.#now() + lock.lease });
    return true;
  }

  async release(user: ContextUser, lock: ContextLock): Promise<void> {
    this.releaseNow(user, lock);
  }

  /** @internal */
  releaseNow(user: ContextUser, lock: ContextLock): void {
    const key = createUserKey(user);
    if (this.#locks.get(key)?.owner === lock.owner) this.#locks.delete(key);
  }

  async clearExpired(): Promise<void> {
    for (const key of this.#entries.keys()) this.#get(key);
  }

  #get(key: string): ContextRecord | undefined {
    const entry = this.#entries.get(key);
    if (entry && entry.expiresAt > this.#now()) return entry.record;
    this.#entries.delete(key);
    return undefined;
  }

  /** Returns the milliseconds for which another owner still holds the lock. */
  #heldFor(key: string, owner: string | undefined): number {
    const held = this.#locks.get(key);
    return held && held.owner !== owner ? Math.max(0, held.until - this.#now()) : 0;
  }

  /** Removes expired ones among the two oldest on each save, so that no timer is needed. */
  #makeRoom(): void {
    const [first, second] = this.#entries.keys();
    for (const key of [first, second]) if (key !== undefined) this.#get(key);
    if (this.#entries.size <= this.#maxEntries) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest as string);
    if (this.#isFull) return;
    this.#isFull = true;
    this.#logger.warn(
      { maxEntries: this.#maxEntries },
      'MemoryContextStore has reached maxEntries: the oldest conversations are dropped',
    );
  }
}

function createUserKey({ account, openid }: ContextUser): string {
  return joinKey(account, openid);
}
