import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { acquireLock, LOCKED, LOOK_AGAIN, LOOKS, noLock, releaseLock } from './token-lock.ts';
import type { Token, TokenStore } from './token-store.ts';

/** The platform's answer, and the token in it. */
export interface Grant {
  readonly answer: object;
  readonly token: Token;
}

export interface CredentialParts {
  /** The name of the credential, for the log. */
  readonly name: string;
  /** The key in the store. */
  readonly key: string;
  readonly store: TokenStore;
  /** Fetches a token; with `force`, the platform replaces the current one. */
  readonly fetch: (how: {
    readonly force: boolean;
    readonly former: Token | undefined;
    /** The token that the platform refused. */
    readonly refused?: string | undefined;
    /** The refresh token given by the program. */
    readonly given?: string | undefined;
  }) => Promise<Grant>;
  /** Whether the platform returns the same token until it is forced. */
  readonly isStable: boolean;
  readonly logger: Logger;
  readonly given: Token | undefined;
  /** Returns Unix milliseconds. */
  readonly now: () => number;
}

/** Maximum number of locks taken to store a token: each was lost to a later one. */
const TRIES = 3;
/** Milliseconds until a failed or fruitless refresh is tried again while the token is still valid. */
const TRY_AGAIN = 10_000;
/** Milliseconds between forced refreshes: the platform allows 20 a day. */
const FORCE_AGAIN = 2 * 3600_000;
/** Milliseconds before its end from which the platform replaces a stable token. */
const LONG = 300_000;
/** Milliseconds before the next replacement when none was accepted; doubled each time. */
const PAUSE = 1000;
const LONGEST_PAUSE = 5 * 60_000;

/** A token with a lifetime: fetched once for all calls and processes, and renewed before it ends. */
export class Credential {
  readonly #parts: CredentialParts;
  #local: Token | undefined;
  #givenRefreshToken: string | undefined;
  #flight: Promise<Token> | undefined;
  #aheadAt = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;
  /** Number of tokens fetched in place of refused ones since the platform last accepted one. */
  #replacements = 0;
  #pausedUntil = 0;

  constructor(parts: CredentialParts) {
    this.#parts = parts;
    this.#local = parts.given;
  }

  /** Returns the current token, and fetches one when there is none. */
  async get(): Promise<Token> {
    const now = this.#parts.now();
    const local = this.#local;
    if (!local || isOver(local, now) || !this.#isOfGiven(local)) return this.#obtain();
    if (isEnding(local, now) && now >= this.#aheadAt) this.#refreshAhead();
    return local;
  }

  /**
   * Returns another token than the refused one. While the platform refuses every new token, returns
   * none until a growing pause has passed.
   */
  async replace(failed: Token): Promise<Token | undefined> {
    const isOther = (local: Token | undefined): local is Token =>
      local !== undefined && local.value !== failed.value && this.#isOfGiven(local);
    if (isOther(this.#local)) return this.#local;
    // What is under way may still end with the same one.
    if (this.#flight) await this.#flight.catch(() => {});
    if (isOther(this.#local)) return this.#local;
    if (this.#parts.now() < this.#pausedUntil) return this.#takeStored(failed.value);
    return this.#obtain(failed.value);
  }

  /** Records that the platform accepted a token, so that the next refused one is replaced at once. */
  accept(): void {
    this.#replacements = 0;
    this.#pausedUntil = 0;
  }

  /** Fetches a token in any case; `isKept` says whether to use it from now on. */
  async grant(isKept: boolean): Promise<object> {
    const { store, key, fetch } = this.#parts;
    const former = this.#local ?? (await store.get(key));
    const { answer, token } = await fetch({ force: false, former });
    if (isKept) await this.keep(token);
    return answer;
  }

  /** Stores a token from another source, for all processes; a late one unless a newer is stored. */
  async keep(token: Token, isLate = false): Promise<void> {
    const { store, key } = this.#parts;
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const lock = await acquireLock(store, key);
      const kept = await this.#inherit(token, isLate).catch(async (error: unknown) => {
        await releaseLock(store, key, lock);
        throw error;
      });
      if (await store.set(key, kept, lock)) {
        this.#givenRefreshToken = undefined;
        this.#local = kept;
        return;
      }
    }
    throw noLock();
  }

  /** Makes the next token be fetched with this refresh token, unless the current one descends from it. */
  give(refreshToken: string): void {
    this.#givenRefreshToken = refreshToken;
  }

  #isOfGiven({ refreshToken, givenRefreshToken }: Token): boolean {
    return [undefined, refreshToken, givenRefreshToken].includes(this.#givenRefreshToken);
  }

  /** Keeps an account's newer rights over the refresh token given by the program. */
  async #inherit(token: Token, isLate: boolean): Promise<Token> {
    const { store, key } = this.#parts;
    if (token.refreshToken === undefined) return token;
    const stored = await store.get(key);
    if (isLate && stored && stored.since > token.since) return stored;
    return { ...token, givenRefreshToken: this.#givenRefreshToken ?? stored?.givenRefreshToken };
  }

  #refreshAhead(): void {
    this.#aheadAt = this.#parts.now() + TRY_AGAIN;
    this.#obtain().catch((error: unknown) => {
      const { logger, name } = this.#parts;
      logger.warn({ err: error }, `could not refresh the ${name} before it expires`);
    });
  }

  #obtain(failed?: string): Promise<Token> {
    this.#flight ??= this.#share(failed).finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #share(failed: string | undefined): Promise<Token> {
    const { store, key } = this.#parts;
    for (let look = 0; look < LOOKS; look += 1) {
      let lock: number | undefined;
      try {
        const stored = await store.get(key);
        if (this.#serves(stored, failed)) return this.#take(stored);
        lock = await store.lock(key, LOCKED);
      } catch (error) {
        return this.#serveAlone(error, failed);
      }
      if (lock !== undefined) return this.#fetchLocked(lock, failed);
      const local = this.#local;
      if (this.#isUsable(local, failed)) return local;
      await pause(LOOK_AGAIN);
    }
    return this.#serveAlone(noLock(), failed);
  }

  async #fetchLocked(lock: number, failed: string | undefined): Promise<Token> {
    const { store, key } = this.#parts;
    let kept: Token | undefined;
    try {
      // Another process may have been done just before the lock.
      const stored = await store.get(key).catch(() => undefined);
      if (this.#serves(stored, failed)) return this.#take(stored);
      kept = await this.#fetch(stored ?? this.#local, failed);
    } finally {
      const isKept = await store.set(key, kept, lock).catch((error: unknown) => {
        this.#warn(error);
        return true;
      });
      if (!isKept && kept) kept = (await store.get(key).catch(() => undefined)) ?? kept;
    }
    return this.#take(kept);
  }

  /** Returns the token that another process has fetched meanwhile. */
  async #takeStored(failed: string): Promise<Token | undefined> {
    const { store, key } = this.#parts;
    const stored = await store.get(key).catch(() => undefined);
    return this.#serves(stored, failed) ? this.#take(stored) : undefined;
  }

  /** Sets the pause before a token that replaced a refused one is replaced in turn. */
  #pause(): void {
    const { logger, name, now } = this.#parts;
    this.#replacements += 1;
    // One refusal more may be that of a token which another program replaced meanwhile.
    if (this.#replacements === 1) return;
    const milliseconds = Math.min(PAUSE * 2 ** (this.#replacements - 2), LONGEST_PAUSE);
    this.#pausedUntil = now() + milliseconds;
    logger.warn(
      { milliseconds },
      `the platform refuses each new ${name}; fetching another after a pause. Does another program fetch it for the same account?`,
    );
  }

  async #fetch(former: Token | undefined, failed: string | undefined): Promise<Token> {
    const { fetch, isStable, now } = this.#parts;
    const given = this.#givenRefreshToken;
    const { token } = await fetch({ force: false, former, refused: failed, given });
    if (failed !== undefined) this.#pause();
    const forcedAt = former?.forcedAt;
    const isRefused = isStable && token.value === failed;
    if (!isRefused || now() - (forcedAt ?? 0) < FORCE_AGAIN) return { ...token, forcedAt };
    return { ...(await fetch({ force: true, former: token })).token, forcedAt: now() };
  }

  /** Serves a token known to this process alone while the store fails. */
  async #serveAlone(error: unknown, failed: string | undefined): Promise<Token> {
    this.#warn(error);
    const local = this.#local;
    if (this.#isUsable(local, failed)) return local;
    return this.#take(await this.#fetch(local, failed));
  }

  #isUsable(local: Token | undefined, failed: string | undefined): local is Token {
    if (!local || local.value === failed || isOver(local, this.#parts.now())) return false;
    return this.#isOfGiven(local);
  }

  #serves(stored: Token | undefined, failed: string | undefined): stored is Token {
    if (!stored || stored.value === failed || isEnding(stored, this.#parts.now())) return false;
    return this.#isOfGiven(stored);
  }

  #take(token: Token): Token {
    this.#local = token;
    return token;
  }

  #warn(error: unknown): void {
    const { logger, name, now } = this.#parts;
    if (now() - this.#warnedAt < TRY_AGAIN) return;
    this.#warnedAt = now();
    logger.warn({ err: error }, `the token store failed; this process uses its own ${name}`);
  }
}

/** Whether a call that starts now might arrive after its end. */
function isOver({ expiresAt, since }: Token, now: number): boolean {
  return now >= expiresAt - Math.min(60_000, (expiresAt - since) * 0.1);
}

/** Whether it is time to fetch the next one, while this one is valid. */
function isEnding({ expiresAt, since }: Token, now: number): boolean {
  const life = expiresAt - since;
  return now >= expiresAt - (life > LONG ? LONG * 0.8 : life * 0.5);
}
