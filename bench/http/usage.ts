/** Memory and resources of a server process. */
export interface Usage {
  /** Megabytes that cannot be collected. */
  readonly memory: number;
  /** Handles, timers and requests that keep the process alive. */
  readonly resources: number;
  /** Milliseconds that the event loop was late at most, since it was last watched. */
  readonly pause: number;
}

/** A question to a server process. */
export type Question = 'watch' | 'delay' | 'count bytes' | 'count resources' | 'counted' | 'usage';

export function readUsage(pause: number): Usage {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return {
    memory: (heapUsed + external) / 2 ** 20,
    resources: process.getActiveResourcesInfo().length,
    pause,
  };
}
