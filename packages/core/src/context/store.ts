/** Whose conversation it is: both parts are in every key. */
export interface ContextUser {
  /**
   * The account that verified the message, not what the message calls itself: its `appid`, else the
   * option `account`, else `default`; with both, `APPID/ACCOUNT`.
   */
  readonly account: string;
  /** The user: the message's `source`. */
  readonly openid: string;
}

/** What a store keeps for a user. */
export interface ContextRecord {
  /** Changes with each save, and never comes again: a save made from another version is refused. */
  readonly version: number;
  /** The state, as JSON text. */
  readonly json: string;
  /** How long it is kept after a save: seconds, or until a date in Unix milliseconds. Default: the webhook's `contextAge`. */
  readonly expiry?: { readonly seconds: number } | { readonly until: number } | undefined;
}

/** The right to be the only one who works for a user, until the lease ends. */
export interface ContextLock {
  readonly owner: string;
  /** Milliseconds. */
  readonly lease: number;
}

export interface SaveOptions {
  /** The version that the record was made from; 0 when there was none. */
  readonly replaces: number;
  /** For how long the record is kept. */
  readonly milliseconds: number;
  readonly lock?: ContextLock | undefined;
  /** Do not give back the lock. */
  readonly keepLock?: boolean | undefined;
}

/** What `load` found: the record if there is one, or for how long (ms) another still has the lock. */
export type Loaded = { readonly record: ContextRecord | undefined } | { readonly busyFor: number };

/**
 * Where conversations are kept. Every method is one step that nothing can come between; a failure
 * of the store itself rejects. `contextStoreContract` has the checks that an own store must pass.
 */
export interface ContextStore {
  /**
   * Loads a user's record. With `lock` it takes the lock first, or tells that another has it. With
   * `rolling` the record is kept from now on for the seconds that it says, else for so many; one that
   * is kept until a date stays so.
   */
  load(user: ContextUser, lock?: ContextLock, rolling?: number): Promise<Loaded>;

  /**
   * Writes `record` for `milliseconds` if the stored version is still `replaces` and no other owner
   * has the lock, and gives back the lock. Who has the lock may also write where the record has
   * expired meanwhile. `current` is what stood in the way; undefined tells that it was written.
   */
  save(
    user: ContextUser,
    record: ContextRecord,
    options: SaveOptions,
  ): Promise<{ current: ContextRecord | undefined } | undefined>;

  /** Forgets a user. The lock stays. */
  delete(user: ContextUser): Promise<void>;

  /** Makes the lock last for another lease; false when another has it. */
  renew(user: ContextUser, lock: ContextLock): Promise<boolean>;

  /** Gives back the lock, if this owner still has it. */
  release(user: ContextUser, lock: ContextLock): Promise<void>;

  /** Removes what has expired, where the store does not do so by itself. */
  clearExpired(): Promise<void>;
}
