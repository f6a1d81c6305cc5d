import { type Clock, type Exchange, InvalidArgumentError } from '@wechat-mp/core';
import {
  checkFilledText,
  checkFunction,
  checkMilliseconds,
  createMethodsCheck,
  type OptionTable,
  systemClock,
} from '@wechat-mp/core/stores';
import type { Language, Usage } from './messages.ts';
import { checkAmount, checkBound, checkClock, readKnown } from './options.ts';

/** Limits of one user, or of the account as a whole. */
export interface Rates {
  /** Questions within any 60 seconds. */
  perMinute?: number | undefined;
  /** Questions being answered at the same time. */
  concurrent?: number | undefined;
  /** Maximum cost of a day, in the unit of `cost`. */
  daily?: number | undefined;
}

/** The limit because of which a question is not answered. */
export type Refusal = 'perMinute' | 'concurrent' | 'daily';

export interface LimitsOptions {
  user?: Rates | undefined;
  account?: Rates | undefined;
  /** Returns the cost of an answer: tokens or money. Default: 1 for each question. */
  cost?: ((usage: Usage) => number | Promise<number>) | undefined;
  /** Stores the counts. Default: the memory of this process; use `redisLimitStore` for several processes. */
  store?: LimitStore | undefined;
  /** Returns the text the user reads when a limit is reached. */
  text?: ((refusal: Refusal, language: Language, scope: Scope) => string) | undefined;
  /** Keeps the accounts of one store apart. Default: `default`. */
  name?: string | undefined;
  /** Milliseconds after which a run of a crashed process is no longer counted. Default: 300 000. */
  maxRun?: number | undefined;
  /** Offset of the day from UTC in minutes. Default: 480, China. */
  utcOffset?: number | undefined;
  /** For tests. Default: the system clock. */
  clock?: Clock | undefined;
}

export type Scope = 'user' | 'account';

/** A question that asks to be counted. */
export interface LimitRequest {
  readonly scopes: readonly { readonly key: string; readonly rates: Rates }[];
  /** The id of the run. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly now: number;
  /** Milliseconds. */
  readonly maxRun: number;
  /** For example `2026-11-29`. */
  readonly day: string;
}

/** Stores the counts of limits; each method is atomic. */
export interface LimitStore {
  /** Counts a question in all scopes or in none; returns the first limit that is reached. */
  acquire(
    request: LimitRequest,
  ): Promise<{ readonly scope: number; readonly refusal: Refusal } | undefined>;
  /** Ends the run, and adds its cost to the day. */
  release(request: LimitRequest, cost: number): Promise<void>;
}

/** A question that is allowed, and counted until it is released. */
export interface Permit {
  release(usage: Usage): Promise<void>;
}

export interface Limits {
  /** Returns a permit, or the text for the user when a limit is reached. */
  acquire(exchange: Exchange, language: Language): Promise<Permit | string>;
}

type Texts = Readonly<Record<Language, Readonly<Record<Refusal, string>>>>;

/** A limit of the account is not the fault of the user who reads of it. */
const TEXTS: Readonly<Record<Scope, Texts>> = {
  user: {
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
  },
  account: {
    zh: {
      perMinute: '现在提问的人太多，请过一分钟再试。',
      concurrent: '现在提问的人太多，请稍后再试。',
      daily: '今天的服务额度已经用完，请明天再来。',
    },
    en: {
      perMinute: 'Many people are asking right now. Please try again in a minute.',
      concurrent: 'Many people are asking right now. Please try again in a moment.',
      daily: 'No more questions can be answered today. Please come back tomorrow.',
    },
  },
};

const RATES = {
  perMinute: { check: checkAmount },
  concurrent: { check: checkAmount },
  daily: { check: checkAmount },
} satisfies OptionTable<Rates>;

function checkRates(name: string, rates: Rates): Rates {
  return readKnown(name, RATES, rates, `${name}.`);
}

const LIMITS_OPTIONS = {
  user: { initial: {}, check: checkRates },
  account: { initial: {}, check: checkRates },
  cost: { initial: () => 1, check: checkFunction<NonNullable<LimitsOptions['cost']>> },
  store: { check: createMethodsCheck<LimitStore>(['acquire', 'release'], 'a store of limits') },
  text: {
    initial: (refusal, language, scope) => TEXTS[scope][language][refusal],
    check: checkFunction<NonNullable<LimitsOptions['text']>>,
  },
  name: { initial: 'default', check: checkFilledText },
  maxRun: { initial: 300_000, check: checkMilliseconds },
  utcOffset: { initial: 480, check: checkOffset },
  clock: { initial: systemClock, check: checkClock },
} satisfies OptionTable<LimitsOptions>;

/**
 * Creates limits for what users may ask of a model.
 *
 * @example
 * chat({ model, limits: createLimits({ user: { perMinute: 6, concurrent: 1, daily: 50 } }) })
 * @throws {InvalidArgumentError} when an option is unknown, or a limit is not a number above 0
 */
export function createLimits(options: LimitsOptions): Limits {
  const settings = readKnown('the options of createLimits', LIMITS_OPTIONS, options);
  const { user, account, cost, clock, name, maxRun, utcOffset, text: write } = settings;
  const store = settings.store ?? new MemoryLimitStore();

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
      const end = (spent: number) => store.release({ ...request, now: clock.wallTime() }, spent);
      return {
        async release(usage) {
          let spent = 0;
          try {
            spent = checkBound('the cost of an answer', await cost(usage));
          } finally {
            // Whatever it cost, its question is no longer being answered.
            await end(spent);
          }
        },
      };
    },
  };
}

function checkOffset(name: string, minutes: number): number {
  if (Number.isFinite(minutes)) return minutes;
  throw new InvalidArgumentError(`${name} must be a number of minutes`);
}

interface Counts {
  asked: number[];
  runs: Map<string, number>;
  day: string;
  spent: number;
}

/** Stores the counts of limits in the memory of one process. */
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

  /** Removes entries with nothing counted, once a minute. */
  #sweep(now: number, day: string): void {
    if (now - this.#swept < 60_000) return;
    this.#swept = now;
    for (const key of this.#counts.keys()) {
      const { asked, runs, spent } = this.#find(key, now, day);
      if (asked.length === 0 && runs.size === 0 && spent === 0) this.#counts.delete(key);
    }
  }
}
