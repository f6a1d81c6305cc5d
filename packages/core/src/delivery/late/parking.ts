import type { Account } from '../../account.ts';
import { askAgain } from '../../ask-again.ts';
import { runInBackground } from '../../background.ts';
import type { Message } from '../../message/message.ts';
import type { Reply } from '../../reply/reply.ts';
import { type MessageKey, messageKey } from '../../undelivered.ts';
import type { DeliveryAttempt } from '../attempt.ts';
import type { Run } from '../run/run.ts';
import type { DeliveryId, Outcome } from '../store.ts';
import type { Workload } from '../workload.ts';
import { LateReplies } from './late-replies.ts';

/**
 * Milliseconds for which a reply is parked though the webhook closes: deliveries that wait for it in other
 * processes are told, or look for it themselves, within that time.
 */
const ASKED_FOR = 1000;

/**
 * Returns the milliseconds within which another delivery must ask for a reply: more than the
 * platform takes to deliver again.
 */
export function parkingMilliseconds({ replyWindow }: Account): number {
  return replyWindow + 1500;
}

/** A reply that is parked for another delivery. */
export interface ParkedReply {
  readonly account: Account;
  readonly workload: Workload;
  readonly id: DeliveryId;
  /** The owner of its run; '' when another one ended it. */
  readonly owner: string;
  readonly message: Message;
  readonly late: LateReplies;
  readonly reply: Reply;
  readonly rest: Reply | undefined;
  /** Milliseconds to wait. */
  readonly patience: number;
  /** The number of the delivery that held it and has disconnected; 0 for none. */
  readonly releases: number;
  /** Milliseconds that the claim of that delivery took. Default: 0. */
  readonly underWay?: number;
}

/**
 * Parks a reply for another delivery, and sends it late when none comes. Until then it is registered,
 * so that another process sends it when this one dies.
 */
export function park(parked: ParkedReply): void {
  const { account, id, late, message, owner, reply, rest, workload } = parked;
  const { registrations } = workload;
  runInBackground(() => registrations.enter(id, account, { owner, message }));
  const watching = watch(parked);
  late.send(reply, 'late', () => watching);
  if (rest) late.send(rest, 'rest');
  void late.done.then(() => registrations.leave(id, account));
}

/** Parks a reply that a delivery was to be answered with. */
export function parkOutcome(
  delivery: DeliveryAttempt,
  { reply }: NonNullable<Outcome>,
  released: Pick<ParkedReply, 'releases' | 'underWay'>,
): void {
  const { account, id, message, service, workload } = delivery;
  const late = new LateReplies(
    delivery.createExchange(new Error('the delivery had disconnected')),
    account,
  );
  park({
    account,
    workload,
    id,
    owner: '',
    message,
    late,
    reply,
    rest: undefined,
    patience: parkingMilliseconds(account),
    ...released,
  });
  workload.trackLate(late);
  service.waitUntil?.(late.done);
}

/** Waits; returns whether no delivery asked for the reply while the platform could deliver again. */
async function watch(parked: ParkedReply): Promise<boolean> {
  const { account, id, message, patience, releases, underWay, workload } = parked;
  const waiting = { account, key: messageKey(message) };
  if (releases > 0) {
    const isReleased = () => account.deliveries.releaseReply(id, releases, underWay);
    if (!(await isUnsent(waiting, isReleased))) return false;
  }
  await workload.sleep(account.clock, patience, Math.min(patience, ASKED_FOR));
  const sender = workload.registrations.createSender(id, account);
  return isUnsent(waiting, () => account.deliveries.claimLateReply(id, sender));
}

/** Sends a reply that no delivery can carry any more, unless another process has done so. */
export function sendLate(run: Run, reply: Reply): void {
  const { account, id, message, workload } = run;
  const sending = { account, key: messageKey(message) };
  const sender = workload.registrations.createSender(id, account);
  run.late.send(reply, 'late', () =>
    isUnsent(sending, () => account.deliveries.claimLateReply(id, sender)),
  );
}

/** Whether the reply is still to be sent; an unavailable store is asked again, as a second copy would be worse. */
async function isUnsent(
  { account, key }: { account: Account; key: MessageKey },
  claim: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await askAgain(account.clock, claim);
  } catch (error) {
    const text = 'could not tell whether the reply was delivered; sending it anyway';
    account.logger.warn({ err: error, message: key }, text);
    return true;
  }
}
