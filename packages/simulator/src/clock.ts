/** A wait that has been asked for and may be called off. */
interface Wait {
  readonly at: number;
  readonly wake: () => void;
}

/** What time it is for the simulated platform. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves it on, waking in order whoever sleeps. */
  advance(milliseconds: number): Promise<void>;
}

/** The time of this machine, or that of a test runner's fake timers. */
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

/** Starts at the time of this machine, in whole seconds. */
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

/** Lets everything go on that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
