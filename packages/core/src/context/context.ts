import { InvalidArgumentError } from '../errors.ts';
import { MAX_NUMBER } from '../option-checks.ts';

/** A value that JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * The type of the conversation's state, for you to extend; while it is empty, any key is allowed.
 *
 * @example
 * declare module '@wechat-mp/core' {
 *   interface WechatState {
 *     step: number;
 *   }
 * }
 */
export interface WechatState {}

type IsEmpty<S> = keyof S extends never ? true : false;
type Key<S> = IsEmpty<S> extends true ? string : keyof S & string;
type Value<S, K> = K extends keyof S ? S[K] : Json;
type Widened<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T;
type WithDefault<S, K, D> = IsEmpty<S> extends true ? Widened<D> : Value<S, K>;
type Default<S, K> = IsEmpty<S> extends true ? unknown : Value<S, K>;

/** The lifetime of the state after a save: seconds, until a date, or null for the webhook's `contextAge`. */
export type Expiry = number | Date | null;

/** The operations of the transaction behind a context. */
export interface ContextBacking {
  readonly openid: string;
  /** Lifetime of the state in seconds when no expiry was set. */
  readonly defaultAge: number;
  save(): Promise<void>;
  flush(): Promise<void>;
}

/**
 * The state of one user's conversation: a dictionary that is loaded before the handler runs and
 * saved after it, if it was changed.
 *
 * @example
 * const step = context.get('step', 1);
 * context.set('step', step + 1);
 */
export class WechatContext<S = WechatState> {
  readonly #backing: ContextBacking;
  #data: Map<string, Json>;
  /** The stored values as JSON text, to find changes. */
  #stored: Map<string, string> | undefined;
  #expiry: Expiry;
  #storedExpiry: Expiry;
  #accessed = false;

  constructor(
    backing: ContextBacking,
    data?: Readonly<Record<string, Json>>,
    expiry: Expiry = null,
  ) {
    this.#backing = backing;
    this.#data = data ? new Map(Object.entries(data)) : new Map();
    this.#expiry = expiry;
    this.#storedExpiry = expiry;
  }

  /** The user's openid. */
  get openid(): string {
    return this.#backing.openid;
  }

  /** Whether anything was read or written. */
  get accessed(): boolean {
    return this.#accessed;
  }

  /** Whether anything differs from the stored state, including inside values. */
  get modified(): boolean {
    if (!this.#accessed) return false;
    return !isSameExpiry(this.#expiry, this.#storedExpiry) || this.changes().size > 0;
  }

  /** Returns a value, or `fallback` when there is none. */
  get<K extends Key<S>>(key: K): Value<S, K> | undefined;
  get<K extends Key<S>, const D extends Default<S, K>>(key: K, fallback: D): WithDefault<S, K, D>;
  get(key: string, fallback?: unknown): unknown {
    const data = this.#touch();
    return data.has(key) ? data.get(key) : fallback;
  }

  /**
   * Sets a value.
   *
   * @throws {InvalidArgumentError} when JSON cannot carry it: undefined, NaN, a function, a Date, a cycle
   */
  set<K extends Key<S>>(key: K, value: Value<S, K>): this {
    this.#touch().set(key, checkJson(value, key));
    return this;
  }

  /** Deletes a key; returns whether it existed. */
  delete(key: Key<S>): boolean {
    return this.#touch().delete(key);
  }

  has(key: Key<S>): boolean {
    return this.#touch().has(key);
  }

  /** Deletes a key and returns its value, or `fallback` when there was none. */
  pop<K extends Key<S>>(key: K): Value<S, K> | undefined;
  pop<K extends Key<S>, const D extends Default<S, K>>(key: K, fallback: D): WithDefault<S, K, D>;
  pop(key: string, fallback?: unknown): unknown {
    const data = this.#touch();
    const value = data.has(key) ? data.get(key) : fallback;
    data.delete(key);
    return value;
  }

  keys(): Key<S>[] {
    return [...this.#touch().keys()] as Key<S>[];
  }

  values(): Value<S, Key<S>>[] {
    return [...this.#touch().values()] as Value<S, Key<S>>[];
  }

  items(): [Key<S>, Value<S, Key<S>>][] {
    return [...this.#touch().entries()] as [Key<S>, Value<S, Key<S>>][];
  }

  /** Returns a value, after setting it to `value` when there is none. */
  setDefault<K extends Key<S>, const D extends Default<S, K>>(
    key: K,
    value: D,
  ): WithDefault<S, K, D> {
    const data = this.#touch();
    if (!data.has(key)) data.set(key, checkJson(value, key));
    return data.get(key) as WithDefault<S, K, D>;
  }

  /** Sets several values, or none when one of them cannot be stored. */
  update(values: IsEmpty<S> extends true ? Readonly<Record<string, Json>> : Partial<S>): this {
    const checked = Object.entries(values).map(
      ([key, value]) => [key, checkJson(value, key)] as const,
    );
    for (const [key, value] of checked) this.#touch().set(key, value);
    return this;
  }

  /** Deletes every key. */
  clear(): void {
    this.#touch().clear();
  }

  /** Deletes every key and the stored state, immediately. */
  async flush(): Promise<void> {
    this.clear();
    this.#expiry = null;
    await this.#backing.flush();
    this.markStored();
  }

  /** Saves immediately. Not needed in a handler: the state is saved after it, before the reply is sent. */
  async save(): Promise<void> {
    await this.#backing.save();
  }

  /** Returns the seconds until the state expires, when it was changed at `modification` (default: now). */
  getExpiryAge(options: { modification?: Date; expiry?: Expiry } = {}): number {
    const { modification = new Date(), expiry = this.#expiry } = options;
    if (expiry instanceof Date)
      return Math.floor((expiry.getTime() - modification.getTime()) / 1000);
    return expiry ?? this.#backing.defaultAge;
  }

  /** Returns when the state expires, when it was changed at `modification` (default: now). */
  getExpiryDate(options: { modification?: Date; expiry?: Expiry } = {}): Date {
    const { modification = new Date(), expiry = this.#expiry } = options;
    if (expiry instanceof Date) return expiry;
    return new Date(modification.getTime() + (expiry ?? this.#backing.defaultAge) * 1000);
  }

  /**
   * Sets the lifetime of the state: seconds after each save, until a date, or null for the
   * webhook's `contextAge`.
   *
   * @throws {InvalidArgumentError} when it is none of these
   */
  setExpiry(expiry: Expiry): void {
    const isValid = expiry instanceof Date ? !Number.isNaN(expiry.getTime()) : isAge(expiry);
    if (!isValid) {
      throw new InvalidArgumentError(
        `an expiry must be a number of seconds up to ${MAX_NUMBER}, a valid Date or null`,
      );
    }
    this.#touch();
    this.#expiry = expiry;
  }

  /** The expiry that was set. */
  get expiry(): Expiry {
    return this.#expiry;
  }

  /**
   * @internal The keys that differ from the stored state, and their values; undefined for deleted
   * ones.
   * @internal The keys that differ from what is stored, and their values; undefined for removed ones.
   */
  changes(): ReadonlyMap<string, Json | undefined> {
    const changes = new Map<string, Json | undefined>();
    const stored = this.#stored ?? new Map<string, string>();
    for (const [key, value] of this.#data) {
      if (stored.get(key) !== JSON.stringify(value)) changes.set(key, value);
    }
    for (const key of stored.keys()) if (!this.#data.has(key)) changes.set(key, undefined);
    return changes;
  }

  /** @internal The whole state, as JSON text. */
  toJson(): string {
    return JSON.stringify(Object.fromEntries(this.#data));
  }

  /**
   * @internal Marks the current state, or `data` and its expiry, as stored.
   * @internal Takes the present state, or `data` and its expiry, for what is stored.
   */
  markStored(data?: Readonly<Record<string, Json>>, expiry: Expiry = this.#expiry): void {
    if (data) this.#data = new Map(Object.entries(data));
    if (isSameExpiry(this.#expiry, this.#storedExpiry)) this.#expiry = expiry;
    this.#stored = serialize(this.#data);
    this.#storedExpiry = expiry;
  }

  #touch(): Map<string, Json> {
    this.#accessed = true;
    this.#stored ??= serialize(this.#data);
    return this.#data;
  }
}

function isSameExpiry(a: Expiry, b: Expiry): boolean {
  return a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;
}

function serialize(data: ReadonlyMap<string, Json>): Map<string, string> {
  return new Map([...data].map(([key, value]) => [key, JSON.stringify(value)]));
}

function checkJson(value: unknown, key: string): Json {
  const problem = findProblem(value, []);
  if (problem)
    throw new InvalidArgumentError(`the context cannot store ${key}: ${problem} is not JSON`);
  return value as Json;
}

/** Returns why a value is not JSON; undefined when it is. */
function findProblem(value: unknown, above: readonly unknown[]): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (typeof value !== 'object') return typeof value;
  if (above.includes(value)) return 'a cycle';
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || prototype === Object.prototype || Array.isArray(value);
  if (!isPlain) return `a ${value.constructor.name}`;
  const members: unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const member of members) {
    if (member === undefined && !Array.isArray(value)) continue;
    const problem = findProblem(member, [...above, value]);
    if (problem) return problem;
  }
  return undefined;
}

function isAge(expiry: Exclude<Expiry, Date>): boolean {
  return expiry === null || (Number.isFinite(expiry) && expiry <= MAX_NUMBER);
}
