import type { Clock } from './clock.ts';

/** Milliseconds for which a store that fails is asked again: Sentinel finds a new master in some seconds. */
const PATIENCE = 60_000;
/** Milliseconds between two tries: twice as many each time, up to the longest. */
const PAUSE = 500;
const LONGEST_PAUSE = 2000;

/**
 * Asks a store until it answers, `isOver` says so, or a minute has passed; rejects with its last
 * failure then. Does not keep a process alive that has nothing else to do.
 */
export async function askAgain<T>(
  clock: Clock,
  ask: () => Promise<T>,
  isOver: () => boolean = () => false,
): Promise<T> {
  const end = clock.now() + PATIENCE;
  for (let pause = PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await ask();
    } catch (error) {
      if (isOver() || clock.now() >= end) throw error;
    }
    await new Promise<void>((resolve) => {
      clock.setTimeout(resolve, pause).unref?.();
    });
  }
}
