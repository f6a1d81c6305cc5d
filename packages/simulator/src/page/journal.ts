/** What happened, newest last: at most so many entries, and all who are told of the next one. */

type EntryType =
  /** What a user sent, and what came to them. */
  | 'said'
  | 'received'
  /** The user was told that the account does not work. */
  | 'toast'
  /** Something in a reply will not show. */
  | 'remark'
  | 'delivery'
  | 'call'
  /** What was asked for did not work. */
  | 'problem'
  /** Of a person, or of the faults. */
  | 'change';

/** One line of the journal; `id` counts up. */
export interface Entry {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: EntryType;
  readonly user?: string;
  readonly [field: string]: unknown;
}

/** An entry before it has its number and its time. */
type NewEntry = Pick<Entry, 'type' | 'user'> & { readonly [field: string]: unknown };

const LIMIT = 3000;

export class Journal {
  /** Changes when all is forgotten. */
  #era = 0;
  readonly #start = Date.now().toString(36);
  readonly #listeners = new Set<(entry: Entry | undefined) => void>();
  #entries: Entry[] = [];
  #last = 0;

  /** Tells one start of the page from another, whose numbers mean something else. */
  get epoch(): string {
    return `${this.#start}.${this.#era}`;
  }

  /** The number of the newest entry; 0 when there is none. */
  get last(): number {
    return this.#last;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  add(entry: NewEntry): Entry {
    this.#last += 1;
    const whole = { ...entry, id: this.#last, at: Date.now() } as Entry;
    this.#entries.push(whole);
    // Cut now and then rather than at each entry.
    if (this.#entries.length > LIMIT * 1.1) this.#entries = this.#entries.slice(-LIMIT);
    for (const listener of this.#listeners) listener(whole);
    return whole;
  }

  /** What came after the entry `id`; undefined when some of that has been forgotten. */
  since(id: number): readonly Entry[] | undefined {
    const first = this.#entries[0]?.id ?? 1;
    if (id > this.#last || id < first - 1) return undefined;
    return this.#entries.filter((entry) => entry.id > id);
  }

  /** Forgets all of it; whoever listens reads anew. */
  clear(): void {
    this.#era += 1;
    this.#entries = [];
    for (const listener of this.#listeners) listener(undefined);
  }

  /** Tells of each new entry, and by `undefined` that all was forgotten. */
  listen(listener: (entry: Entry | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
