/** Counts what code does, which is the same on every machine: its blocks, and what it searches. */
import { Session } from 'node:inspector/promises';

export interface StepCounter {
  /** The steps since it was asked before. */
  takeSteps(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts counting how often each block runs in the files that `isCounted` accepts by their address,
 * and how many characters are passed in searching texts, whoever searches. Blocks of what was
 * imported before are not counted, nor is what a regular expression does.
 */
export async function startCounting(isCounted: (url: string) => boolean): Promise<StepCounter> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const searches = countSearches();
  return {
    async takeSteps() {
      const characters = searches.take();
      const { result } = await session.post('Profiler.takePreciseCoverage');
      return result
        .filter(({ url }) => isCounted(url))
        .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
        .reduce((sum, { count }) => sum + count, characters);
    },
    async stop() {
      searches.stop();
      await session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}

/** A search inside the engine has no blocks: it passes the characters up to what it finds. */
function countSearches(): { take(): number; stop(): void } {
  let characters = 0;
  const pass = (from: number, to: number): void => {
    characters += Math.max(0, to - from);
  };
  // oxlint-disable-next-line typescript/unbound-method -- they are called with a text of their own
  const { indexOf, lastIndexOf, includes } = String.prototype;
  Object.assign(String.prototype, {
    indexOf(this: string, part: string, from = 0): number {
      const found = indexOf.call(this, part, from);
      pass(from, found === -1 ? this.length : found);
      return found;
    },
    lastIndexOf(this: string, part: string, from = this.length): number {
      const found = lastIndexOf.call(this, part, from);
      pass(found, from);
      return found;
    },
    includes(this: string, part: string, from = 0): boolean {
      const found = indexOf.call(this, part, from);
      pass(from, found === -1 ? this.length : found);
      return found !== -1;
    },
  });
  return {
    take() {
      const taken = characters;
      characters = 0;
      return taken;
    },
    stop() {
      Object.assign(String.prototype, { indexOf, lastIndexOf, includes });
    },
  };
}
