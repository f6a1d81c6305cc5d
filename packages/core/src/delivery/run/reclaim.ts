import { pause } from '../../clock.ts';
import { leaseMilliseconds } from '../registrations.ts';
import type { Claim, Claimed } from '../store.ts';
import type { Run } from './run.ts';

/** Milliseconds between two attempts to claim a run. */
export const LOOK_AGAIN = 100;

/**
 * Claims a run again, once no other owner has it. Another one answers, unless it has died, or never
 * knew that it had claimed it: the answer of the store was lost.
 */
export async function reclaim<C extends Claimed>(
  run: Run,
  claim: (claim: Claim) => Promise<C>,
): Promise<C> {
  const { account, id, owner, parts, workload } = run;
  const { clock, deliveries } = account;
  const lease = leaseMilliseconds(account);
  for (;;) {
    const claimed = await claim({ owner, lease, body: parts.body, attempt: 0 });
    const isOver = run.isStale || (run.isOver && workload.isClosing);
    if (claimed.state !== 'running' || isOver) return claimed;
    await deliveries.wait(id, { attempt: 0, milliseconds: lease });
    await pause(clock, LOOK_AGAIN);
  }
}
