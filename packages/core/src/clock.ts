/** A timer that was set. */
export interface Timer {
  /** Lets the process exit before the timer, for the system clock. */
  unref?(): unknown;
}

/** The source of a webhook's time. */
export interface Clock {
  /** Returns monotonic milliseconds, from an arbitrary start. */
  now(): number;
  /** Returns Unix milliseconds. */
  wallTime(): number;
  /** Calls `callback` once, after the given milliseconds. */
  setTimeout(callback: () => void, milliseconds: number): Timer;
  clearTimeout(timer: Timer): void;
}

/** The system clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Resolves after the given milliseconds. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimeout(resolve, milliseconds));
}

/** Calls `callback` at an interval in milliseconds, until the returned function is called. */
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
const immediate = globalThis.setImmediate;
const now = Promise.resolve();

/** Calls back once the promises of this callback have run. */
export function callAfterPromises(callback: () => void): void {
  // Microtasks come before the ticks that they ask for.
  void now.then(() => nextTick(callback));
}

/** Calls back when the event loop has seen to its sockets. */
export function callNextTurn(callback: () => void): void {
  immediate(callback);
}

/** A callback for the end of this turn of the event loop. What has ended by then ignores it. */
export interface TurnWatcher {
  onTurnEnd(): void;
}

let watchers: TurnWatcher[] = [];

/** Calls a watcher at the end of this turn. Work that has ended by then needs no timer. */
export function watchTurn(watcher: TurnWatcher): void {
  if (watchers.push(watcher) === 1) callAfterPromises(endTurn);
}

function endTurn(): void {
  const told = watchers;
  watchers = [];
  for (const watcher of told) watcher.onTurnEnd();
}

/** As many as it takes: a connection is read in one, found ended in another, and closed some later. */
const TURNS = 8;

/** Waits until the event loop has seen what lies ready in its sockets, for example that a client has hung up. */
export async function takeTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise<void>((resolve) => callNextTurn(resolve));
  }
}
