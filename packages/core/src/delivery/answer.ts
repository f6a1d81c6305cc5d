import type { Tree } from '../tree.ts';
import { messageKey } from '../undelivered.ts';
import { DeliveryAttempt, type IncomingDelivery } from './attempt.ts';
import type { Service } from './claim.ts';

/**
 * Answers one delivery with the reply of the message's run, whoever runs it. Undefined is
 * `success`: nothing to say, or not yet, or nobody left to hear it.
 */
export async function answerDelivery(
  incoming: IncomingDelivery,
  service: Service,
): Promise<Tree | undefined> {
  const { account, workload } = service;
  if (workload.pending >= account.maxPending) {
    account.logger.warn(
      messageKey(incoming.message),
      `${account.maxPending} messages are in work (maxPending): a delivery was answered success, and not handled`,
    );
    return undefined;
  }
  const attempt = new DeliveryAttempt(incoming, service);
  workload.pending += 1;
  try {
    return await attempt.answer();
  } finally {
    // A run counts for as long as it goes on.
    if (!attempt.hasRun) workload.pending -= 1;
  }
}
