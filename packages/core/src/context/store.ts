/** The user of a conversation: both parts are in every key. */
export interface ContextUser {
  /**
   * The account that verified the message, not the one its body names: its `appid`, otherwise the
   * option `account`, otherwise `default`; with both, `APPID/ACCOUNT`.
   */
  readonly account: string;
  /** The user: the message's `source`. */
  readonly openid: string;
}

/** The stored conversation of a user. */
export interface ContextRecord {
  /** Changes with each save, and is never repeated: a save based on another version is refused. */
  readonly version: number;
  /** The state, as JSON text. */
  readonly json: string;
  /**
   * The lifetime after a save: seconds, or until a date in Unix milliseconds. Default: the
   * webhook's `contextAge`.
   */
  readonly expiry?: { readonly seconds: number } | { readonly until: number } | undefined;
}

/** The exclusive right to work for a user, until the lease ends. */
export interface ContextLock {
  readonly owner: string;
  /** Milliseconds. */
  readonly lease: number;
}

export interface SaveOptions {
  /** The version that the record is based on; 0 when there was none. */
  readonly replaces: number;
  /** The lifetime of the record. */
  readonly milliseconds: number;
  readonly lock?: ContextLock | undefined;
  /** Whether to keep the lock. */
  readonly keepLock?: boolean | undefined;
}

/**
 * The result of `load`: the record if there is one, or the milliseconds for which another owner
 * still holds the lock.
 */
export type Loaded = { readonly record: ContextRecord | undefined } | { readonly busyFor: number };

/**
 * Stores conversations. Every method is atomic, and rejects when the store itself fails.
 * `contextStoreContract` has the checks for your own store.
 */
export interface ContextStore {
  /**
   * Loads a user's record. With `lock` it takes the lock first, or returns that another owner holds
   * it. With `rolling` the lifetime of the record starts over, with the record's own seconds or the
   * given ones; a record with a date keeps it.
   */
  load(user: ContextUser, lock?: ContextLock, rolling?: number): Promise<Loaded>;

  /**
   * Writes `record` for `milliseconds` if the stored version is still `replaces` and no other owner
   * holds the lock, and releases the lock. The holder of the lock may also write when the record
   * has expired meanwhile. Resolves to undefined when it was written, otherwise to the `current`
   * record that prevented it.
   */
  save(
    user: ContextUser,
    record: ContextRecord,
    options: SaveOptions,
  ): Promise<{ current: ContextRecord | undefined } | undefined>;

  /** Deletes a user's record. The lock stays. */
  delete(user: ContextUser): Promise<void>;

  /** Extends the lock by another lease; false when another owner holds it. */
  renew(user: ContextUser, lock: ContextLock): Promise<boolean>;

  /** Releases the lock, if this owner still holds it. */
  release(user: ContextUser, lock: ContextLock): Promise<void>;

  /** Deletes expired records, in a store that does not do so by itself. */
  clearExpired(): Promise<void>;
}
