import { callAfterPromises, callNextTurn } from './clock.ts';

// Messages are worked on in slices of time, not as they are read. Many connections may be ready in one
// turn of the event loop: to read all, then to answer all, then to write all costs half of doing the
// three for one after another, as code and data stay in the caches; and between two slices everything
// else in the process has its turn.

/** Milliseconds of a slice. */
const SLICE = 1;

/** The messages that wait for a slice. */
const waiting: (() => void)[] = [];
let isRunning = false;
/** When the current slice began. */
let began = 0;
let endSlice: (() => void) | undefined;
let ended: Promise<void> | undefined;

/** Resolves when a message has its time in a slice. */
export function takeSlice(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1 && !isRunning) callNextTurn(beginSlice);
  });
}

/** Resolves at the end of the current slice, for the answers of what was worked on in it. */
export function waitForSliceEnd(): Promise<void> | undefined {
  if (!isRunning) return undefined;
  ended ??= new Promise((resolve) => {
    endSlice = resolve;
  });
  return ended;
}

function beginSlice(): void {
  isRunning = true;
  began = performance.now();
  goOn();
}

function goOn(): void {
  const isOver = performance.now() - began >= SLICE;
  const next = isOver ? undefined : waiting.shift();
  if (next) {
    next();
    // Its promises are its work.
    callAfterPromises(goOn);
    return;
  }
  isRunning = false;
  endSlice?.();
  endSlice = undefined;
  ended = undefined;
  if (waiting.length > 0) callNextTurn(beginSlice);
}
