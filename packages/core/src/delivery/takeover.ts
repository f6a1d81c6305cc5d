import { askAgain } from '../ask-again.ts';
import type { DeliveryAttempt } from './attempt.ts';
import { claim } from './claim.ts';
import { leaseMilliseconds } from './registrations.ts';
import { LOOK_AGAIN } from './run/reclaim.ts';
import type { Begun } from './store.ts';

/** Claims a message without a delivery, and runs it when claimed. */
export async function takeUp(attempt: DeliveryAttempt, expired?: string): Promise<Begun> {
  const { workload } = attempt;
  workload.pending += 1;
  try {
    return await claim(attempt, { attempt: 0, expired });
  } finally {
    if (!attempt.run) workload.pending -= 1;
  }
}

/**
 * Watches the run of another process, for the given milliseconds (default: two leases), and takes it up
 * when that process dies or gives it up. False when the webhook closes before.
 */
export async function watchOver(
  attempt: DeliveryAttempt,
  milliseconds = 2 * leaseMilliseconds(attempt.account),
): Promise<boolean> {
  const { account, id, workload } = attempt;
  const { clock, deliveries } = account;
  const end = clock.now() + milliseconds;
  while (!workload.isClosing && clock.now() < end) {
    const patience = Math.min(end - clock.now(), leaseMilliseconds(account));
    const found = await askAgain(
      clock,
      () => deliveries.wait(id, { attempt: 0, milliseconds: patience }),
      () => workload.isClosing,
    );
    if (found?.state === 'ended') return true;
    if (found?.state !== 'free') continue;
    // A delivery that waits for it goes first.
    await workload.sleep(clock, LOOK_AGAIN);
    if (workload.isClosing) break;
    const claimed = await takeUp(attempt).catch(() => undefined);
    if (claimed?.state === 'yours') return true;
  }
  return !workload.isClosing;
}
