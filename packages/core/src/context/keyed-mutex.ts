/** A place in line. */
export interface Turn {
  /** Resolves when it is this one's turn. */
  readonly comes: Promise<void>;
}

interface Waiting extends Turn {
  readonly start: () => void;
}

const NOBODY: Waiting[] = [];

/** Lets in one at a time for each key, in the order in which they came. */
export class KeyedMutex {
  /** Those who wait behind the one who is in. */
  readonly #waiting = new Map<string, Waiting[]>();

  /** Counts those who wait for a key. */
  count(key: string): number {
    return this.#waiting.get(key)?.length ?? 0;
  }

  /** Gives nothing when the key was free: the caller is in. Else a place in line. */
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

  /** Ends a turn, or gives up a place in line: then nobody gets past those who came before. */
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
