import { setTimeout as pause } from 'node:timers/promises';
import { runInBackground } from '../background.ts';
import type { Logger } from '../logger.ts';
import { Replacements } from './replacements.ts';
import {
  acquireLock,
  LOCKED,
  LOOK_AGAIN,
  LOOKS,
  noLock,
  releaseLock,
  runLocked,
} from './token-lock.ts';
import { readToken, type Token, type TokenStore } from './token-store.ts';

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
    /** The one before it, where the store and this process had two. */
    readonly earlier?: Token | undefined;
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
/** Milliseconds until a failed refresh, or a store that failed, is tried again while the token is valid. */
const TRY_AGAIN = 10_000;
/** Milliseconds between forced refreshes: the platform allows 20 a day. */
const FORCE_AGAIN = 2 * 3600_000;
/** Milliseconds before its end from which the platform replaces a stable token. */
const LONG = 300_000;

/** A token that the platform refused, and the path at which it did. */
interface Refused {
  readonly value: string;
  readonly path: string;
}

/** A token with a lifetime: fetched once for all calls and processes, and renewed before it ends. */
export class Credential {
  readonly #parts: CredentialParts;
  #local: Token | undefined;
  #givenRefreshToken: string | undefined;
  #flight: Promise<Token> | undefined;
  #aheadAt = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;
  /** The token that the store did not take. */
  #unkept: Token | undefined;
  #keepAt = 0;
  readonly #replacements: Replacements;

  constructor(parts: CredentialParts) {
    this.#parts = parts;
    this.#local = parts.given;
    this.#replacements = new Replacements(parts.now);
  }

  /** Returns the current token, and fetches one when there is none. */
  async get(): Promise<Token> {
    const now = this.#parts.now();
    const local = this.#local;
    if (!local || isOver(local, now) || !this.#isOfGiven(local)) return this.#obtain();
    if (isEnding(local, now) && now >= this.#aheadAt) this.#refreshAhead();
    if (local === this.#unkept && now >= this.#keepAt) this.#keepAgain(local);
    return local;
  }

  /**
   * Returns another token than the one refused at a path. While the platform refuses every new token,
   * or the path does, returns none until the token is as old as a growing pause.
   */
  async replace(failed: Token, path: string): Promise<Token | undefined> {
    const isOther = (local: Token | undefined): local is Token =>
      local !== undefined && local.value !== failed.value && this.#isOfGiven(local);
    if (isOther(this.#local)) return this.#local;
    // What is under way may still end with the same one.
    if (this.#flight) await this.#flight.catch(() => {});
    if (isOther(this.#local)) return this.#local;
    const { since } = this.#local ?? failed;
    const { milliseconds } = this.#replacements.findPause(path);
    // By its age: other processes that are refused do not replace what one of them has just fetched.
    const isPaused = this.#parts.now() < since + milliseconds;
    const refused = { value: failed.value, path };
    return isPaused ? this.#takeStored(refused) : this.#obtain(refused);
  }

  /**
   * Records that the platform accepted a token, so that the next refused one is replaced at once;
   * `path` when the token before it was refused there.
   */
  accept(path?: string): void {
    this.#replacements.accept(path);
  }

  /** Fetches a token in any case; `isKept` says whether to use it from now on. */
  async grant(isKept: boolean): Promise<object> {
    const { fetch } = this.#parts;
    const former = this.#local ?? (await this.#read());
    const { answer, token } = await fetch({ force: false, former });
    if (isKept) await this.keep(token);
    return answer;
  }

  /** Stores a token from another source, for all processes; a late one unless a newer is stored. */
  async keep(token: Token, isLate = false): Promise<void> {
    const { store, key } = this.#parts;
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const lock = await acquireLock(store, key);
      const kept = await runLocked(store, key, lock, () => this.#inherit(token, isLate));
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
    if (token.refreshToken === undefined) return token;
    const stored = await this.#read();
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

  #obtain(refused?: Refused): Promise<Token> {
    this.#flight ??= this.#share(refused).finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #share(refused: Refused | undefined): Promise<Token> {
    const { store, key } = this.#parts;
    for (let look = 0; look < LOOKS; look += 1) {
      let lock: number | undefined;
      try {
        const stored = await this.#read();
        if (this.#serves(stored, refused)) return this.#take(stored);
        lock = await store.lock(key, LOCKED);
      } catch (error) {
        return this.#serveAlone(error, refused);
      }
      if (lock !== undefined) return this.#fetchLocked(lock, refused);
      const local = this.#local;
      if (this.#isUsable(local, refused)) return local;
      await pause(LOOK_AGAIN);
    }
    return this.#serveAlone(noLock(), refused);
  }

  async #fetchLocked(lock: number, refused: Refused | undefined): Promise<Token> {
    const { store, key } = this.#parts;
    // Another process may have been done just before the lock.
    const stored = await this.#read().catch(() => undefined);
    if (this.#serves(stored, refused)) {
      await releaseLock(store, key, lock);
      return this.#take(stored);
    }
    const local = this.#local;
    const known = stored && this.#isCurrent(stored) ? [stored, local] : [local, stored];
    const fetched = await runLocked(store, key, lock, () => this.#fetch(known, refused));
    return this.#storeFetched(this.#take(fetched), lock, refused);
  }

  /** Stores the token that was fetched under a lock; returns the one in force. */
  async #storeFetched(fetched: Token, lock: number, refused?: Refused): Promise<Token> {
    const { store, key } = this.#parts;
    try {
      if (await store.set(key, fetched, lock)) return fetched;
      // Another process took the lock meanwhile: it may be done, or still fetch.
      const later = await this.#read();
      if (this.#serves(later, refused)) return this.#take(later);
    } catch (error) {
      this.#warn(error);
    }
    return this.#waitForStore(fetched);
  }

  #waitForStore(token: Token): Token {
    this.#unkept = token;
    this.#keepAt = this.#parts.now() + TRY_AGAIN;
    return token;
  }

  /** Offers the store a token that it did not take, unless it has a newer one. */
  #keepAgain(token: Token): void {
    this.#waitForStore(token);
    const { store, key } = this.#parts;
    runInBackground(async () => {
      const lock = await store.lock(key, LOCKED);
      if (lock === undefined) return;
      const stored = await runLocked(store, key, lock, () => this.#read());
      const kept = stored && this.#isCurrent(stored) ? stored : token;
      const isKept = await store.set(key, kept, lock);
      if (isKept && this.#local === token) this.#local = kept;
      if (isKept && this.#unkept === token) this.#unkept = undefined;
    });
  }

  /** Returns the token that another process has fetched meanwhile. */
  async #takeStored(refused: Refused): Promise<Token | undefined> {
    const stored = await this.#read().catch(() => undefined);
    return this.#serves(stored, refused) ? this.#take(stored) : undefined;
  }

  /** Counts a token fetched in place of a refused one, and warns of the pause that follows. */
  #countReplacement(path: string): void {
    const { logger, name } = this.#parts;
    this.#replacements.add(path);
    const { milliseconds, isOfPath } = this.#replacements.findPause(path);
    if (milliseconds === 0) return;
    const said = isOfPath
      ? `one path refuses each new ${name}, while others accept it; fetching another for it after a pause`
      : `the platform refuses each new ${name}; fetching another after a pause. Does another program fetch it for the same account?`;
    logger.warn(isOfPath ? { path, milliseconds } : { milliseconds }, said);
  }

  /** Fetches a token; those that are known come with the latest first. */
  async #fetch(
    [former, earlier]: readonly (Token | undefined)[],
    refused: Refused | undefined,
  ): Promise<Token> {
    const { fetch, isStable, now } = this.#parts;
    const given = this.#givenRefreshToken;
    const { token } = await fetch({
      force: false,
      former,
      earlier,
      refused: refused?.value,
      given,
    });
    if (refused) this.#countReplacement(refused.path);
    const forcedAt = former?.forcedAt;
    const isRefused = isStable && token.value === refused?.value;
    if (!isRefused || now() - (forcedAt ?? 0) < FORCE_AGAIN) return { ...token, forcedAt };
    return { ...(await fetch({ force: true, former: token })).token, forcedAt: now() };
  }

  /** Serves a token known to this process alone while the store fails. */
  async #serveAlone(error: unknown, refused: Refused | undefined): Promise<Token> {
    this.#warn(error);
    const local = this.#local;
    if (this.#isUsable(local, refused)) return local;
    return this.#waitForStore(this.#take(await this.#fetch([local], refused)));
  }

  #isUsable(local: Token | undefined, refused: Refused | undefined): local is Token {
    if (!local || local.value === refused?.value || isOver(local, this.#parts.now())) return false;
    return this.#isOfGiven(local);
  }

  #serves(stored: Token | undefined, refused: Refused | undefined): stored is Token {
    if (!stored || stored.value === refused?.value || isEnding(stored, this.#parts.now()))
      return false;
    return this.#isOfGiven(stored) && this.#isCurrent(stored);
  }

  /** Whether a stored token is no older than this process's: the store may have lost a later one. */
  #isCurrent(stored: Token): boolean {
    const local = this.#local;
    if (!local || local.value === '' || local === this.#parts.given) return true;
    return !this.#isOfGiven(local) || stored.since >= local.since;
  }

  #read(): Promise<Token | undefined> {
    const { store, key } = this.#parts;
    return readToken(store, key, (error) => this.#warn(error));
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
