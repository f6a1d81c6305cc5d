import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';

/** Milliseconds for which a message waits to be overtaken. */
const LONGEST = 1000;

/** Passes messages in order or, with the fault `reorder`, each second one before the first. */
export function createOrder(clock: Clock, faults: () => Faults) {
  let letGo: (() => void) | undefined;
  return async function pass<T>(deliver: () => Promise<T>): Promise<T> {
    if (letGo) {
      const release = letGo;
      letGo = undefined;
      try {
        return await deliver();
      } finally {
        release();
      }
    }
    if (!faults().reorder) return await deliver();
    const waiting = new AbortController();
    letGo = () => waiting.abort();
    await clock.sleep(LONGEST, waiting.signal);
    if (!waiting.signal.aborted) letGo = undefined;
    return await deliver();
  };
}
