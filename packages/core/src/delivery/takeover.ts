import { runInBackground } from '../background.ts';
import type { Service } from './claim.ts';
import { findRegistry, leaseMilliseconds } from './heartbeat.ts';
import type { Begun, Claim, DeliveryId } from './store.ts';
import type { Workload } from './workload.ts';

/** A delivery's attempt, once no delivery waits any more. */
interface Attempt {
  readonly id: DeliveryId;
  attempt: number;
  readonly hasRun: boolean;
  claim(which: Pick<Claim, 'attempt' | 'expired'>): Promise<Begun>;
}

/** Claims a message for which no delivery waits, and runs it when it is ours. */
export async function takeUp(
  attempt: Attempt,
  workload: Workload,
  expired?: string,
): Promise<Begun> {
  attempt.attempt = 0;
  workload.pending += 1;
  const hadRun = attempt.hasRun;
  try {
    return await attempt.claim({ attempt: 0, expired });
  } finally {
    if (hadRun || !attempt.hasRun) workload.pending -= 1;
  }
}

/**
 * Watches the run of another process for a delivery whose client has gone: nobody may come any more
 * to see that this process has died.
 */
export function watchOver(attempt: Attempt, { account, workload }: Service): void {
  if (!findRegistry(account) || workload.runs.has(attempt.id.key)) return;
  runInBackground(async () => {
    const milliseconds = 2 * leaseMilliseconds(account);
    const ended = await account.deliveries.wait(attempt.id, { attempt: 0, milliseconds });
    if (ended?.state === 'free') await takeUp(attempt, workload);
  });
}
