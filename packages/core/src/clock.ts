/** A timer that was set. */
export interface Timer {
  /** Lets the process end before the timer, where the clock is the system's. */
  unref?(): unknown;
}

/** Where a webhook has its time from. */
export interface Clock {
  /** Returns milliseconds that never jump; they count from any moment. */
  now(): number;
  /** Returns Unix milliseconds. */
  wallTime(): number;
  /** Calls `callback` once, after so many milliseconds. */
  setTimeout(callback: () => void, milliseconds: number): Timer;
  clearTimeout(timer: Timer): void;
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Calls `callback` every so many milliseconds, until the returned function is called. */
export function repeat(clock: Clock, callback: () => void, milliseconds: number): () => void {
  let timer = start();
  function start(): Timer {
    const started = clock.setTimeout(() => {
      timer = start();
      callback();
    }, milliseconds);
    started.unref?.();
    return started;
  }
  return () => clock.clearTimeout(timer);
}
