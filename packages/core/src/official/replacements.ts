import { ExpiringMap } from '../expiring-map.ts';

/** Milliseconds before the next replacement when none was accepted; doubled each time. */
const PAUSE = 1000;
const LONGEST_PAUSE = 5 * 60_000;
/** Milliseconds for which a path is remembered after its last replacement, and how many are. */
const REMEMBERED = 24 * 3600_000;
const MAX_PATHS = 1000;

/**
 * Counts the tokens fetched in place of refused ones, for all calls and for each path: some paths
 * answer with a token's errcode for a reason of their own, which no token mends.
 */
export class Replacements {
  /** Since the platform last accepted any call. */
  #all = 0;
  /** Since a path last accepted a call that it had refused with the token before. */
  readonly #byPath: ExpiringMap<number>;

  constructor(now: () => number) {
    this.#byPath = new ExpiringMap({ maxEntries: MAX_PATHS, now });
  }

  add(path: string): void {
    this.#all += 1;
    this.#byPath.set(path, this.#count(path) + 1, REMEMBERED);
  }

  /** Records an accepted call; `path` when the token before was refused there. */
  accept(path: string | undefined): void {
    this.#all = 0;
    if (path !== undefined) this.#byPath.delete(path);
  }

  /** Returns the age in milliseconds at which a token that is refused at a path is replaced. */
  findPause(path: string): { readonly milliseconds: number; readonly isOfPath: boolean } {
    const count = this.#count(path);
    return {
      milliseconds: getPause(Math.max(this.#all, count)),
      isOfPath: getPause(this.#all) < getPause(count),
    };
  }

  #count(path: string): number {
    return this.#byPath.get(path) ?? 0;
  }
}

/** One refusal more may be that of a token which another program replaced meanwhile. */
function getPause(count: number): number {
  return count < 2 ? 0 : Math.min(PAUSE * 2 ** (count - 2), LONGEST_PAUSE);
}
