/** A place in line. */
export interface Turn {
  /** Undefined when it is this caller's turn already. */
  readonly comes: Promise<void> | undefined;
  /** Ends the turn, or gives up the place. */
  readonly leave: () => void;
}

/** Lets callers with the same key in one after another, in the order in which they came. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  enter(key: string): Turn {
    const comes = this.#last.get(key);
    let leave = () => {};
    const mine = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // Who gives up a place lets nobody past those who came before.
    const over = comes ? Promise.all([comes, mine]).then(() => {}) : mine;
    this.#last.set(key, over);
    void over.then(() => {
      if (this.#last.get(key) === over) this.#last.delete(key);
    });
    return { comes, leave };
  }
}
