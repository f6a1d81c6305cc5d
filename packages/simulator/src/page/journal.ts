/** The latest entries, newest last, and the listeners for the next one. */

type EntryType =
  /** A message that a user sent or received. */
  | 'said'
  | 'received'
  /** The user saw that the account does not work. */
  | 'toast'
  /** A part of a reply is not shown. */
  | 'remark'
  | 'delivery'
  | 'call'
  /** An action failed. */
  | 'problem'
  /** A person, or the faults, changed. */
  | 'change';

/** A line of the journal; `id` counts up. */
export interface JournalEntry {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: EntryType;
  readonly user?: string;
  readonly [field: string]: unknown;
}

/** An entry without its number and time. */
type NewJournalEntry = Pick<JournalEntry, 'type' | 'user'> & { readonly [field: string]: unknown };

const LIMIT = 3000;

export class Journal {
  /** Changes with every reset. */
  #era = 0;
  readonly #start = Date.now().toString(36);
  readonly #listeners = new Set<(entry: JournalEntry | undefined) => void>();
  #entries: JournalEntry[] = [];
  #last = 0;

  /** Identifies one start of the page, as numbers start over with each. */
  get epoch(): string {
    return `${this.#start}.${this.#era}`;
  }

  /** The number of the latest entry; 0 when there is none. */
  get last(): number {
    return this.#last;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  add(entry: NewJournalEntry): JournalEntry {
    this.#last += 1;
    const whole = { ...entry, id: this.#last, at: Date.now() } as JournalEntry;
    this.#entries.push(whole);
    // Cut now and then rather than at each entry.
    if (this.#entries.length > LIMIT * 1.1) this.#entries = this.#entries.slice(-LIMIT);
    for (const listener of this.#listeners) listener(whole);
    return whole;
  }

  /** Returns the entries after `id`; undefined when some of them are no longer stored. */
  since(id: number): readonly JournalEntry[] | undefined {
    const first = this.#entries[0]?.id ?? 1;
    if (id > this.#last || id < first - 1) return undefined;
    return this.#entries.filter((entry) => entry.id > id);
  }

  /** Clears the journal; listeners then reload. */
  clear(): void {
    this.#era += 1;
    this.#entries = [];
    for (const listener of this.#listeners) listener(undefined);
  }

  /** Calls the listener with each new entry, and with `undefined` after a reset. */
  listen(listener: (entry: JournalEntry | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
