/** A place in the queue. */
export interface Turn {
  /** Resolves when the turn comes. */
  readonly comes: Promise<void>;
}

interface Waiting extends Turn {
  readonly start: () => void;
}

const NOBODY: Waiting[] = [];

/** Admits one at a time for each key, in order of arrival. */
export class KeyedMutex {
  /** The waiters behind the current one. */
  readonly #waiting = new Map<string, Waiting[]>();

  /** Returns the number of waiters of a key. */
  count(key: string): number {
    return this.#waiting.get(key)?.length ?? 0;
  }

  /** Returns undefined when the key was free and is now taken, otherwise a place in the queue. */
  acquire(key: string): Turn | undefined {
    const waiting = this.#waiting.get(key);
    if (!waiting) {
      this.#waiting.set(key, NOBODY);
      return undefined;
    }
    let start = () => {};
    const comes = new Promise<void>((resolve) => {
      start = resolve;
    });
    const turn = { comes, start };
    if (waiting === NOBODY) this.#waiting.set(key, [turn]);
    else waiting.push(turn);
    return turn;
  }

  /** Ends a turn, or leaves the queue without letting others overtake. */
  release(key: string, turn: Turn | undefined): void {
    const waiting = this.#waiting.get(key) as Waiting[];
    const place = turn ? waiting.indexOf(turn as Waiting) : -1;
    if (place >= 0) {
      waiting.splice(place, 1);
      return;
    }
    const next = waiting.shift();
    if (next) next.start();
    else this.#waiting.delete(key);
  }
}
