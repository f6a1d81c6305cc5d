/** Lets callers with the same key in one after another, in the order in which they came. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Waits for this caller's turn; gives the function that ends it. */
  async enter(key: string): Promise<() => void> {
    const before = this.#last.get(key);
    let leave = () => {};
    const mine = new Promise<void>((resolve) => {
      leave = () => {
        if (this.#last.get(key) === mine) this.#last.delete(key);
        resolve();
      };
    });
    this.#last.set(key, mine);
    await before;
    return leave;
  }
}
