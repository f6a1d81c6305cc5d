/**
 * A map whose entries expire, and whose oldest entries are dropped beyond a maximum. It needs no
 * timer and no search: it has two generations, and drops the older one as a whole.
 */
export class ExpiringMap<V> {
  #young: Generation<V> = newGeneration();
  #old: Generation<V> = newGeneration();
  readonly #maxEntries: number;
  readonly #now: () => number;

  /** `now`: a clock in milliseconds. */
  constructor(options: { maxEntries: number; now: () => number }) {
    this.#maxEntries = options.maxEntries;
    this.#now = options.now;
  }

  get(name: string): V | undefined {
    const kept = this.#young.kept.get(name) ?? this.#old.kept.get(name);
    return kept && kept.until > this.#now() ? kept.value : undefined;
  }

  set(name: string, value: V, milliseconds: number): void {
    const now = this.#now();
    if (this.#young.kept.size >= this.#maxEntries / 2 || this.#old.until <= now) {
      this.#old = this.#young;
      this.#young = newGeneration();
    }
    const until = now + milliseconds;
    this.#old.kept.delete(name);
    this.#young.kept.set(name, { value, until });
    if (until > this.#young.until) this.#young.until = until;
  }

  delete(name: string): void {
    this.#young.kept.delete(name);
    this.#old.kept.delete(name);
  }
}

interface Generation<V> {
  readonly kept: Map<string, { readonly value: V; readonly until: number }>;
  /** When its last entry expires. */
  until: number;
}

function newGeneration<V>(): Generation<V> {
  return { kept: new Map(), until: 0 };
}
