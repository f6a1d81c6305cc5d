import { askAgain } from '../ask-again.ts';
import { runInBackground } from '../background.ts';
import type { DeliveryAttempt } from './attempt.ts';
import { parkOutcome } from './late/parking.ts';
import { leaseMilliseconds } from './registrations.ts';
import type { DeliveryStore } from './store.ts';
import { takeUp, watchOver } from './takeover.ts';

/** Maximum number of messages that are looked after for a store. */
const MAX_MESSAGES = 1000;
/** How many of them are asked for at the same time, once the store answers. */
const AT_ONCE = 50;

/**
 * Milliseconds after the arrival of a delivery within which no store has forgotten its message: what is
 * free then was not run. Later it may have been, and must not be run again.
 */
const REMEMBERED = 25_000;

/** A message to be looked after. */
interface Unconfirmed {
  readonly delivery: DeliveryAttempt;
  /** The number of the latest delivery that may have been given the reply, and was answered without it; 0 for none. */
  releases: number;
}

/** The messages to be looked after, by their keys, for each store that failed. */
const queues = new WeakMap<DeliveryStore, Map<string, Unconfirmed>>();

/**
 * Looks after the message of a delivery whose call of the store failed. The call may have been carried
 * out all the same, and have kept the reply from the process that had it; or the run may be free, and
 * no other delivery come. One message is asked for until the store answers again, then the others.
 * `releases`: the number of a delivery that may have been given the reply, and is answered without it.
 */
export function lookAfter(delivery: DeliveryAttempt, releases = 0): void {
  const { account, id, service, workload } = delivery;
  const queue = queues.get(account.deliveries) ?? new Map<string, Unconfirmed>();
  const known = queue.get(id.key);
  if (known) known.releases = Math.max(known.releases, releases);
  if (known || queue.size >= MAX_MESSAGES) return;
  queues.set(account.deliveries, queue.set(id.key, { delivery, releases }));
  if (queue.size > 1) return;
  const work = lookAfterAll(queue);
  workload.track(work);
  service.waitUntil?.(work);
}

async function lookAfterAll(queue: Map<string, Unconfirmed>): Promise<void> {
  for (const [key, one] of queue) {
    const { account, workload } = one.delivery;
    try {
      await askAgain(
        account.clock,
        () => look(one),
        () => workload.isClosing,
      );
      await lookAtOthers(queue, key);
    } catch {
      // The others would wait for as long, unless it is another webhook that is closed.
      if (!workload.isClosing) queue.clear();
    }
    queue.delete(key);
  }
}

/** Looks at more messages, as the store answers; those for which it fails are left to be asked for again. */
async function lookAtOthers(queue: Map<string, Unconfirmed>, first: string): Promise<void> {
  const others = [...queue].filter(([key]) => key !== first).slice(0, AT_ONCE);
  const looks = others.map(async ([key, one]) => {
    await look(one);
    queue.delete(key);
  });
  await Promise.allSettled(looks);
}

async function look(one: Unconfirmed): Promise<void> {
  const { delivery } = one;
  const { account, id, workload } = delivery;
  const found = await account.deliveries.wait(id, { attempt: 0, milliseconds: 0 });
  if (found?.state === 'ended' && found.outcome) {
    const underWay = delivery.underWay + delivery.unread();
    parkOutcome(delivery, found.outcome, { releases: one.releases, underWay });
  }
  if (found?.state === 'ended' || account.lateReply === 'drop' || delivery.hasOtherAnswer) return;
  if (found) workload.track(takeUpLater(delivery).catch(() => {}));
  // It may fail, and count on another delivery: this one may have been the last.
  else runInBackground(() => watchOver(delivery.withoutClient()));
}

/** Takes a free run up, once a process that could not renew its lease meanwhile has had time to do so. */
async function takeUpLater(delivery: DeliveryAttempt): Promise<void> {
  const { account, id, incoming, workload } = delivery;
  const { clock, deliveries, maxPending } = account;
  await workload.sleep(clock, leaseMilliseconds(account));
  const isOver = () =>
    workload.isClosing || workload.pending >= maxPending || clock.now() - incoming.at >= REMEMBERED;
  const takeUpUnrun = async () => {
    const found = await deliveries.wait(id, { attempt: 0, milliseconds: 0 });
    if (found?.state === 'free' && !isOver()) await takeUp(delivery.withoutClient());
  };
  await askAgain(clock, takeUpUnrun, isOver);
}
