import { joinKey } from '../join-key.ts';
import type { ContextUser } from './store.ts';

/** A place in line. */
export interface Turn {
  /** Undefined when it is this caller's turn already. */
  readonly comes: Promise<void> | undefined;
  /** Ends the turn, or gives up the place. */
  readonly leave: () => void;
}

/** Lets callers for the same user in one after another, in the order in which they came. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  enter({ account, openid }: ContextUser): Turn {
    const key = joinKey(account, openid);
    const comes = this.#last.get(key);
    let end = () => {};
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    // Who gives up a place lets nobody past those who came before.
    const over = comes ? Promise.all([comes, mine]).then(() => {}) : mine;
    this.#last.set(key, over);
    const forget = () => {
      if (this.#last.get(key) === over) this.#last.delete(key);
    };
    if (comes) void over.then(forget);
    const leave = () => {
      if (!comes) forget();
      end();
    };
    return { comes, leave };
  }
}
