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

// As it is when the module is loaded: a test may stop the time later, but not the turns.
const nextTick = process.nextTick.bind(process);
const now = Promise.resolve();

/** Who is told that everything that can go on in this turn of the event loop has done so. */
export interface TurnWatcher {
  onTurnEnd(): void;
}

let watchers = new Set<TurnWatcher>();

/** Tells a watcher of the end of this turn. What has ended by then needs no timer. */
export function watchTurn(watcher: TurnWatcher): void {
  watchers.add(watcher);
  // Microtasks come before the ticks that they ask for.
  if (watchers.size === 1) void now.then(() => nextTick(endTurn));
}

/** For what has ended. */
export function unwatchTurn(watcher: TurnWatcher): void {
  watchers.delete(watcher);
}

function endTurn(): void {
  const told = watchers;
  watchers = new Set();
  for (const watcher of told) watcher.onTurnEnd();
}
