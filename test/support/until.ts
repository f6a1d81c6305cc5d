import { setTimeout as pause } from 'node:timers/promises';

/** Waits for a condition, however long that takes: the test's own time limit ends what never happens. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const holds = async () => condition();
  while (!(await holds().catch(() => false))) await pause(5);
}
