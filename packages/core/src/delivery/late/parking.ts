import type { Account } from '../../account.ts';
import { askAgain } from '../../ask-again.ts';
import { runInBackground } from '../../background.ts';
import type { Message } from '../../message/message.ts';
import type { Reply } from '../../reply/reply.ts';
import { type MessageKey, messageKey } from '../../undelivered.ts';
import type { DeliveryAttempt } from '../attempt.ts';
import { fingerprint } from '../idempotency-key.ts';
import { LOOK_AGAIN } from '../run/reclaim.ts';
import type { Run } from '../run/run.ts';
import type { DeliveryId, Outcome } from '../store.ts';
import type { Workload } from '../workload.ts';
import { LateReplies } from './late-replies.ts';

/**
 * Milliseconds for which a reply is parked though the webhook closes: deliveries that wait for it in other
 * processes are notified, or look for it themselves, within that time.
 */
const ASKED_FOR = 1000;

/**
 * Returns the milliseconds within which another delivery must ask for a reply: more than the
 * platform takes to deliver again.
 */
export function parkingMilliseconds({ replyWindow }: Account): number {
  return replyWindow + 1500;
}

/** Milliseconds between two looks for the delivery that what follows a parked reply waits for, at most. */
const LONGEST_PAUSE = 800;

/** The fate of a parked reply: it is late, a delivery has it, or another sender sends it with its rest. */
type Fate = 'late' | 'given' | 'taken';

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
  late.send(reply, 'late', async () => (await watching) === 'late');
  if (rest) late.send(rest, 'rest', async () => (await watching) !== 'taken');
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

/** Waits for a delivery to ask for the reply while the platform could deliver again, else claims it. */
async function watch(parked: ParkedReply): Promise<Fate> {
  const { account, id, message, patience, releases, underWay, workload } = parked;
  const { clock, deliveries } = account;
  const waiting = { account, key: messageKey(message) };
  if (releases > 0) {
    const isReleased = () => deliveries.releaseReply(id, releases, underWay);
    if (!(await isUnsent(waiting, isReleased))) return findFate(parked);
  }
  const since = clock.now();
  if (await isTakenWithin(parked)) return findFate(parked);
  const waited = clock.now() - since;
  const least = Math.min(patience, ASKED_FOR) - waited;
  await workload.sleep(clock, Math.max(patience - waited, 0), least);
  const sender = workload.registrations.createSender(id, account);
  const isLate = await isUnsent(waiting, () => deliveries.claimLateReply(id, sender));
  return isLate ? 'late' : findFate(parked);
}

/**
 * Whether somebody takes a reply that more is to follow, which need not wait longer then. It is looked for
 * twice: a delivery whose client has gone releases it at once.
 */
async function isTakenWithin({
  account,
  id,
  patience,
  rest,
  workload,
}: ParkedReply): Promise<boolean> {
  const { clock, deliveries } = account;
  if (!rest) return false;
  const end = clock.now() + patience;
  let pause = LOOK_AGAIN;
  let times = 0;
  while (times < 2 && !workload.isClosing && clock.now() + pause < end) {
    await workload.sleep(clock, pause);
    const isOpen = await deliveries.releaseReply(id, 0).catch(() => true);
    times = isOpen ? 0 : times + 1;
    pause = isOpen ? Math.min(2 * pause, LONGEST_PAUSE) : LOOK_AGAIN;
  }
  return times === 2;
}

/**
 * Finds out who has a reply that is not to be sent here: who took up after this process, as it stood still,
 * sends what follows, too; any other sender, as any delivery, has only the reply.
 */
async function findFate(parked: ParkedReply): Promise<Fate> {
  const { account, id, message, owner, rest, workload } = parked;
  const { clock, deliveries } = account;
  if (!rest) return 'given';
  const findSender = async () => {
    const found = await deliveries.wait(id, { attempt: 0, milliseconds: 0 });
    // What a delivery has can be read; what a store has forgotten is not to be claimed.
    if (found?.state !== 'ended' || found.outcome) return undefined;
    const body = fingerprint(message);
    const claimed = await deliveries.claim(id, { owner, lease: 1, body, attempt: 0 });
    return claimed.state === 'ended' ? claimed.sender : undefined;
  };
  const sender = await askAgain(clock, findSender).catch(() => undefined);
  const isTaken = sender !== undefined && workload.registrations.isSuccessor(sender, id, account);
  return isTaken ? 'taken' : 'given';
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
