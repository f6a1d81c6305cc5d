/** Every issued token, and which of them are valid. */
import { randomBytes } from 'node:crypto';
import { keep } from './bounded.ts';
import { ApiRefusal, demand } from './refusal.ts';

export type TokenKind = 'classic' | 'stable' | 'component' | 'authorizer' | 'user' | 'cloud';

interface IssuedToken {
  readonly kind: TokenKind;
  /** The holder of the token: a refresh replaces the token of the same holder only. */
  readonly holder: string;
  /** When it expires: then 42001. */
  end: number;
  /** Until when it works after it was replaced: then 40001. */
  until: number;
}

/** Lifetime of tokens and tickets in milliseconds. */
export const LIFE = 7_200_000;
/** 云调用令牌 lives for half an hour; a new one is pushed every ten minutes. */
const CLOUD_LIFE = 1_800_000;
/** Milliseconds for which a replaced classic token keeps working. */
const GRACE = 300_000;
/** Seconds before its end from which a stable token may be replaced. */
const EARLY = 300;
/** Maximum number of stored tokens; the oldest are deleted. */
const REMEMBERED = 20_000;
const FORCED_APART = 30_000;
const FORCED_A_DAY = 20;
const DAY = 86_400_000;

export class Tokens {
  readonly #entries = new Map<string, IssuedToken>();
  readonly #inForce = new Map<string, string>();
  readonly #now: () => number;
  #forcedAt: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Issues a token; the former one of the same holder works for `overlap` more milliseconds. */
  issue(kind: TokenKind, holder = '', overlap = 0): string {
    const key = `${kind} ${holder}`;
    const former = this.#entries.get(this.#inForce.get(key) ?? '');
    if (former) former.until = this.#now() + overlap;
    const token = `83_${randomBytes(84).toString('base64url')}`;
    const end = this.#now() + (kind === 'cloud' ? CLOUD_LIFE : LIFE);
    keep(this.#entries, token, { kind, holder, end, until: Infinity }, REMEMBERED);
    this.#inForce.set(key, token);
    return token;
  }

  issueClassic(): string {
    return this.issue('classic', '', GRACE);
  }

  /** Returns the valid stable token, or a new one when it ends soon or `forced` is set. */
  askStable(forced: boolean): string {
    if (forced) {
      this.#countForced();
      return this.issue('stable');
    }
    const current = this.current('stable');
    const left = current === undefined ? 0 : this.secondsLeft(current);
    // The former one lives to its end.
    return current === undefined || left <= EARLY ? this.issue('stable', '', Infinity) : current;
  }

  #countForced(): void {
    const now = this.#now();
    this.#forcedAt = this.#forcedAt.filter((at) => at > now - DAY);
    demand(this.#forcedAt.length < FORCED_A_DAY, 45009);
    demand((this.#forcedAt.at(-1) ?? -Infinity) <= now - FORCED_APART, 45011);
    this.#forcedAt.push(now);
  }

  /** Returns the current token, unless it has expired. */
  current(kind: TokenKind, holder = ''): string | undefined {
    const token = this.#inForce.get(`${kind} ${holder}`);
    return token !== undefined && this.secondsLeft(token) > 0 ? token : undefined;
  }

  secondsLeft(token: string): number {
    const end = this.#entries.get(token)?.end ?? 0;
    return Math.max(0, Math.floor((end - this.#now()) / 1000));
  }

  /** Returns the holder of a token. Refuses one that is missing, unknown, replaced, or expired. */
  check(token: string | undefined, kinds: readonly TokenKind[]): string {
    demand(token, 41001);
    const entry = this.#entries.get(token);
    if (!entry || !kinds.includes(entry.kind)) throw new ApiRefusal(40001);
    demand(entry.end > this.#now(), 42001);
    demand(entry.until > this.#now(), 40001);
    return entry.holder;
  }

  /** Extends a token by its whole lifetime. */
  renew(token: string): void {
    const entry = this.#entries.get(token);
    if (entry) entry.end = this.#now() + LIFE;
  }

  expireAll(): void {
    for (const entry of this.#entries.values()) entry.end = 0;
  }
}
