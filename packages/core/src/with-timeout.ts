import { type Clock, systemClock } from './clock.ts';

/**
 * Waits for `work`; returns undefined when the time is over, or the client has disconnected, before
 * it ends.
 */
export function within<T>(
  work: Promise<T>,
  milliseconds: number,
  signal?: AbortSignal,
  clock: Clock = systemClock,
): Promise<{ value: T } | undefined> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      settle();
    };
    const giveUp = () => end(() => resolve(undefined));
    const timer = clock.setTimeout(giveUp, milliseconds);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    work.then(
      (value) => end(() => resolve({ value })),
      (error: unknown) => end(() => reject(error)),
    );
  });
}
