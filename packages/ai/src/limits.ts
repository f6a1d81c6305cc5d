import { type Clock, type Exchange, InvalidArgumentError } from '@wechat-mp/core';
import { systemClock } from '@wechat-mp/core/stores';
import type { Usage } from './chat.ts';
import type { Language } from './messages.ts';

/** How much one user, or the account as a whole, may ask. */
export interface Rates {
  /** Questions within any 60 seconds. */
  perMinute?: number | undefined;
  /** Questions that are being answered at once. */
  concurrent?: number | undefined;
  /** What may be spent within a day, in the unit of `cost`. */
  daily?: number | undefined;
}

/** Why a question is not answered. */
export type Refusal = 'perMinute' | 'concurrent' | 'daily';

export interface LimitsOptions {
  user?: Rates | undefined;
  account?: Rates | undefined;
  /** What an answer costs: tokens, or money. Default: 1 for each question. */
  cost?: ((usage: Usage) => number | Promise<number>) | undefined;
  /** Keeps the counts. Default: the memory of this process; `redisLimitStore` for several. */
  store?: LimitStore | undefined;
  /** What the user reads when a limit is reached. */
  text?: ((refusal: Refusal, language: Language, scope: Scope) => string) | undefined;
  /** Keeps accounts apart in one store. Default: `default`. */
  name?: string | undefined;
  /** Milliseconds after which a run of a process that died counts no more. Default: 300 000. */
  maxRun?: number | undefined;
  /** Minutes by which the day begins before UTC's. Default: 480, China's. */
  utcOffset?: number | undefined;
  clock?: Clock | undefined;
}

export type Scope = 'user' | 'account';

/** One question that asks for its place. */
export interface LimitRequest {
  readonly scopes: readonly { readonly key: string; readonly rates: Rates }[];
  /** Names the run. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly now: number;
  /** Milliseconds. */
  readonly maxRun: number;
  /** For example `2026-11-29`. */
  readonly day: string;
}

/** Keeps the counts of limits; each method is one step. */
export interface LimitStore {
  /** Takes a place in all scopes, or in none; returns the first limit that is reached. */
  acquire(
    request: LimitRequest,
  ): Promise<{ readonly scope: number; readonly refusal: Refusal } | undefined>;
  /** Gives the place back, and adds the cost to the day. */
  release(request: LimitRequest, cost: number): Promise<void>;
}

/** A question that may be asked. */
export interface Permit {
  release(usage: Usage): Promise<void>;
}

export interface Limits {
  /** Returns the permit, or the text for the user whose question is not answered. */
  acquire(exchange: Exchange, language: Language): Promise<Permit | string>;
}

const TEXTS: Readonly<Record<Language, Readonly<Record<Refusal, string>>>> = {
  zh: {
    perMinute: '问得太快了，请过一分钟再来。',
    concurrent: '上一个问题还没有答完，请稍等。',
    daily: '今天的额度用完了，请明天再来。',
  },
  en: {
    perMinute: 'That was a little fast. Please try again in a minute.',
    concurrent: 'An earlier question is still being answered. Please wait a moment.',
    daily: 'Today’s allowance is used up. Please come back tomorrow.',
  },
};

/**
 * Bounds what users may ask of a model.
 *
 * @example
 * chat({ model, limits: createLimits({ user: { perMinute: 6, concurrent: 1, daily: 50 } }) })
 * @throws {InvalidArgumentError} when a limit is no number above 0
 */
export function createLimits(options: LimitsOptions): Limits {
  const { user = {}, account = {}, cost = () => 1, clock = systemClock } = options;
  const { name = 'default', maxRun = 300_000, utcOffset = 480 } = options;
  const store = options.store ?? new MemoryLimitStore();
  for (const rates of [user, account]) checkRates(rates);
  const write =
    options.text ?? ((refusal: Refusal, language: Language) => TEXTS[language][refusal]);

  return {
    async acquire({ message }, language) {
      const now = clock.wallTime();
      const request: LimitRequest = {
        scopes: [
          { key: `{${name}}:user:${message.source}`, rates: user },
          { key: `{${name}}:all`, rates: account },
        ],
        id: crypto.randomUUID(),
        now,
        maxRun,
        day: new Date(now + utcOffset * 60_000).toISOString().slice(0, 10),
      };
      const refused = await store.acquire(request);
      if (refused)
        return write(refused.refusal, language, refused.scope === 0 ? 'user' : 'account');
      return {
        release: async (usage) =>
          store.release({ ...request, now: clock.wallTime() }, await cost(usage)),
      };
    },
  };
}

function checkRates(rates: Rates): void {
  for (const name of ['perMinute', 'concurrent', 'daily'] as const) {
    const value = rates[name];
    if (value !== undefined && !(value > 0)) {
      throw new InvalidArgumentError(`${name} must be a number above 0`);
    }
  }
}

interface Counts {
  asked: number[];
  runs: Map<string, number>;
  day: string;
  spent: number;
}

/** Keeps the counts in the memory of one process. */
export class MemoryLimitStore implements LimitStore {
  readonly #counts = new Map<string, Counts>();
  #swept = 0;

  async acquire({ scopes, id, now, maxRun, day }: LimitRequest): ReturnType<LimitStore['acquire']> {
    this.#sweep(now, day);
    const found = scopes.map(({ key }) => this.#find(key, now, day));
    for (const [scope, { rates }] of scopes.entries()) {
      const counts = found[scope] as Counts;
      const { perMinute = Infinity, concurrent = Infinity, daily = Infinity } = rates;
      if (counts.asked.length >= perMinute) return { scope, refusal: 'perMinute' };
      if (counts.runs.size >= concurrent) return { scope, refusal: 'concurrent' };
      if (counts.spent >= daily) return { scope, refusal: 'daily' };
    }
    for (const counts of found) {
      counts.asked.push(now);
      counts.runs.set(id, now + maxRun);
    }
    return undefined;
  }

  async release({ scopes, id, now, day }: LimitRequest, cost: number): Promise<void> {
    for (const { key } of scopes) {
      const counts = this.#find(key, now, day);
      counts.runs.delete(id);
      counts.spent += cost;
    }
  }

  #find(key: string, now: number, day: string): Counts {
    const counts = this.#counts.get(key) ?? { asked: [], runs: new Map(), day, spent: 0 };
    this.#counts.set(key, counts);
    counts.asked = counts.asked.filter((at) => at > now - 60_000);
    for (const [id, until] of counts.runs) if (until <= now) counts.runs.delete(id);
    if (counts.day !== day) counts.spent = 0;
    counts.day = day;
    return counts;
  }

  /** Forgets those who have nothing counted, once a minute. */
  #sweep(now: number, day: string): void {
    if (now - this.#swept < 60_000) return;
    this.#swept = now;
    for (const key of this.#counts.keys()) {
      const { asked, runs, spent } = this.#find(key, now, day);
      if (asked.length === 0 && runs.size === 0 && spent === 0) this.#counts.delete(key);
    }
  }
}
