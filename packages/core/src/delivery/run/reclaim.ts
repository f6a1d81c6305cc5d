import type { Claim, Claimed } from '../store.ts';
import { leaseMilliseconds } from './heartbeat.ts';
import type { Run } from './run.ts';

/** Milliseconds between two attempts to claim a run. */
export const LOOK_AGAIN = 100;

/**
 * Claims a run again, once no other owner has it. Another one answers, unless it has died, or never
 * knew that it had claimed it: the answer of the store was lost. `attempt`: the delivery that its reply
 * is claimed for; 0 for none.
 */
export async function reclaim<C extends Claimed>(
  run: Run,
  claim: (claim: Claim) => Promise<C>,
  attempt = 0,
): Promise<C> {
  const { account, id, owner, parts, workload } = run;
  const { clock, deliveries } = account;
  const lease = leaseMilliseconds(account);
  for (;;) {
    const claimed = await claim({ owner, lease, body: parts.body, attempt });
    const isOver = run.isStale || (run.isOver && workload.isClosing);
    if (claimed.state !== 'running' || isOver) return claimed;
    await deliveries.wait(id, { attempt, milliseconds: lease });
    await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_AGAIN));
  }
}
