/** A pending wait, which can be cancelled. */
interface Wait {
  readonly at: number;
  readonly wake: () => void;
}

/** The clock of the simulated platform. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after the given milliseconds, or at once when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves the time on, and resolves the sleeps that end, in order. */
  advance(milliseconds: number): Promise<void>;
}

/** The system clock, or a test runner's fake timers. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener('abort', end);
    }),
};

/** Creates a clock that starts at the system time, in whole seconds. */
export function createVirtualClock(
  start: number = Math.floor(Date.now() / 1000) * 1000,
): VirtualClock {
  let time = start;
  const waits = new Set<Wait>();
  return {
    now: () => time,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wait: Wait = {
          at: time + milliseconds,
          wake: () => {
            waits.delete(wait);
            signal?.removeEventListener('abort', wait.wake);
            resolve();
          },
        };
        waits.add(wait);
        signal?.addEventListener('abort', wait.wake);
      }),
    async advance(milliseconds) {
      const end = time + milliseconds;
      for (;;) {
        await settle();
        const [next] = [...waits]
          .filter(({ at }) => at <= end)
          .sort((one, other) => one.at - other.at);
        if (!next) break;
        time = Math.max(time, next.at);
        next.wake();
      }
      time = end;
      await settle();
    },
  };
}

/** Returns Unix seconds. */
export function readSeconds(clock: Pick<Clock, 'now'>): number {
  return Math.floor(clock.now() / 1000);
}

/** Waits until no microtask or immediate is left to run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
