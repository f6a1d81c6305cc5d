import type { Account } from '../account.ts';
import { type Awaitable, isPromise } from '../awaitable.ts';
import { runInBackground } from '../background.ts';
import { takeTurns } from '../clock.ts';
import { deliveryChannel, replyChannel } from '../diagnostics.ts';
import type { Message } from '../message/message.ts';
import { addressReply } from '../reply/address.ts';
import { storeFailed } from '../store-failure.ts';
import type { Tree } from '../tree.ts';
import { messageKey, UndeliveredError } from '../undelivered.ts';
import { within } from '../with-timeout.ts';
import { DeliveryAttempt, type IncomingDelivery } from './attempt.ts';
import { claim } from './claim.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { reportUndelivered } from './late/late-replies.ts';
import { parkOutcome } from './late/parking.ts';
import { findRegistry } from './registrations.ts';
import { answerInPlace, fitPending, fitReply } from './run/completion.ts';
import { answerError } from './run/failure.ts';
import { ELSEWHERE, type Handover } from './run/handoff.ts';
import { LOOK_AGAIN } from './run/reclaim.ts';
import type { Service } from './run/run.ts';
import type { Begun, Ended, Free, Outcome } from './store.ts';
import { watchOver } from './takeover.ts';
import { lookAfter } from './unconfirmed.ts';

/**
 * Answers one delivery with the reply of the message's run, in this process or another. Undefined
 * is `success`: no reply, none yet, or no client left.
 */
export function answerDelivery(
  incoming: IncomingDelivery,
  service: Service,
): Awaitable<Tree | undefined> {
  const { account, workload } = service;
  if (deliveryChannel.hasSubscribers) {
    const message = messageKey(incoming.message);
    deliveryChannel.publish({ event: 'received', account: account.id, message });
  }
  if (workload.pending >= account.maxPending && !isRunning(incoming.message, service)) {
    publishOverload(incoming.message, account, 'maxPending');
    account.logger.warn(
      { message: messageKey(incoming.message) },
      `${account.maxPending} messages are in work (maxPending): a delivery was answered success, and not handled`,
    );
    return undefined;
  }
  workload.pending += 1;
  const delivery = new DeliveryAttempt(incoming, service);
  const answer = isCrowded(delivery) ? answerCrowded(delivery) : claimAndWait(delivery);
  if (isPromise(answer)) return endLater(delivery, answer);
  // A run counts for as long as it goes on.
  if (!delivery.run) workload.pending -= 1;
  return deliveryChannel.hasSubscribers ? publishAnswer(delivery, answer) : answer;
}

/** Whether the run of a message goes on in this process: another delivery of it adds no work. */
function isRunning(message: Message, { account, workload }: Service): boolean {
  return workload.runs.has(idempotencyKey(message, account.id).key);
}

/** Claims the message, starts its run when claimed, and waits for the reply until the deadline. */
function claimAndWait(delivery: DeliveryAttempt): Awaitable<Tree | undefined> {
  const claiming = claim(delivery);
  // Most runs have ended by now.
  const given = delivery.place?.given;
  return given?.state === 'respond' ? given.tree : wait(delivery, claiming);
}

async function endLater(
  delivery: DeliveryAttempt,
  answering: Promise<Tree | undefined>,
): Promise<Tree | undefined> {
  try {
    const answer = await answering;
    return deliveryChannel.hasSubscribers ? publishAnswer(delivery, answer) : answer;
  } finally {
    if (!delivery.run) delivery.workload.pending -= 1;
  }
}

/** Whether the maximum number of messages of this user is waiting. */
function isCrowded(delivery: DeliveryAttempt): boolean {
  const { account, workload } = delivery;
  const { maxQueued } = account;
  if (account.ordering !== 'serial' || workload.turns.count(delivery.user) < maxQueued)
    return false;
  return !workload.runs.has(delivery.id.key);
}

/** Answers a message of a crowded user, which is not handled unless it was begun before, here or elsewhere. */
async function answerCrowded(delivery: DeliveryAttempt): Promise<Tree | undefined> {
  const { account, id, message, workload } = delivery;
  const { deliveries, logger, maxQueued } = account;
  let found: Ended | Free | undefined;
  try {
    found = await deliveries.wait(id, { attempt: 0, milliseconds: 0 });
  } catch (error) {
    return answerUnclaimed(delivery, storeFailed('delivery', error));
  }
  if (found?.state !== 'free') return claimAndWait(delivery);
  publishOverload(message, account, 'maxQueued');
  const text = `${maxQueued} messages of a user wait (maxQueued): one was answered success, and not handled`;
  logger.warn({ message: messageKey(message) }, text);
  if (account.onUndelivered) {
    const cause = new Error(text);
    const error = new UndeliveredError({ type: 'none' }, messageKey(message), cause);
    workload.track(reportUndelivered(error, delivery.createExchange(cause), account));
  }
  return undefined;
}

function publishOverload(message: Message, { id }: Account, limit: 'maxPending' | 'maxQueued') {
  if (!deliveryChannel.hasSubscribers) return;
  const seen = { account: id, message: messageKey(message) };
  deliveryChannel.publish({ event: 'overloaded', ...seen, limit });
}

/** Publishes how the delivery was answered. */
function publishAnswer(delivery: DeliveryAttempt, tree: Tree | undefined): Tree | undefined {
  const { account, attempt, hasShownPending, incoming, message } = delivery;
  const answered = tree ? 'reply' : 'success';
  const given = hasShownPending ? 'pending' : answered;
  deliveryChannel.publish({
    event: 'answered',
    account: account.id,
    message: messageKey(message),
    attempt,
    outcome: delivery.isGone() ? 'gone' : given,
    duration: account.clock.now() - incoming.at,
  });
  return tree;
}

/** Waits where the run is: in this process, or in another. */
async function wait(
  delivery: DeliveryAttempt,
  claiming: Awaitable<Begun>,
): Promise<Tree | undefined> {
  let claimed: Begun;
  try {
    claimed = await claiming;
  } catch (error) {
    return answerUnclaimed(delivery, storeFailed('delivery', error));
  }
  return waitForReply(delivery, claimed);
}

async function waitForReply(delivery: DeliveryAttempt, claimed: Begun): Promise<Tree | undefined> {
  let found: Begun | Ended = claimed;
  while (found.state !== 'ended') {
    const handover = await waitHere(delivery);
    if (!handover) return leave(delivery);
    if (handover.state === 'respond') return handover.tree;
    if (handover.state === 'closed') return showPending(delivery);
    if (handover.state === 'failed') throw handover.error;
    if (handover.state === 'again') return waitForNext(delivery);
    try {
      const elsewhere = await waitElsewhere(delivery);
      if (!elsewhere) return leave(delivery);
      found = elsewhere;
    } catch (error) {
      delivery.warn('a delivery could not read its reply', error);
      lookAfter(delivery, delivery.attempt);
      return waitForNext(delivery);
    }
  }
  return respond(delivery, found.outcome);
}

/** Waits for a run of this process. */
function waitHere(delivery: DeliveryAttempt): Awaitable<Handover | undefined> {
  const { attempt, closing, id, workload } = delivery;
  const run = workload.runs.get(id.key);
  if (!delivery.place) run?.meet(attempt, closing);
  const place = delivery.place ?? run?.handoff.enter(delivery);
  delivery.place = undefined;
  return place ? place.wait() : ELSEWHERE;
}

/** Waits for a run of another process, and resumes it when that process has died. */
async function waitElsewhere(delivery: DeliveryAttempt): Promise<Begun | Ended | undefined> {
  const { account, attempt, id } = delivery;
  const signal = delivery.signal();
  const options = { attempt, milliseconds: delivery.timeLeft(), signal };
  const ended = await account.deliveries.wait(id, options);
  if (ended?.state !== 'free') return ended;
  const claimed = await claim(delivery, { attempt });
  if (claimed.state === 'ended' || delivery.place) return claimed;
  // A store that says that a run is free, and gives it to another, is not asked on and on.
  if (delivery.timeLeft() <= 0) return undefined;
  const never = new Promise(() => {});
  await within(never, Math.min(delivery.timeLeft(), LOOK_AGAIN), signal, account.clock);
  return claimed;
}

/** Answers with a claimed reply, unless the platform has disconnected meanwhile. */
async function respond(
  delivery: DeliveryAttempt,
  outcome: Outcome | undefined,
): Promise<Tree | undefined> {
  if (!outcome) return undefined;
  const { account, attempt, message } = delivery;
  const { reply, time } = outcome;
  if (delivery.mayBeGone()) {
    await takeTurns();
    delivery.noteSeen();
  }
  if (!delivery.isGone()) {
    const { tree, warn } = addressReply(reply, message, account.logger, time);
    warn?.();
    return tree;
  }
  const underWay = delivery.underWay + delivery.unread();
  parkOutcome(delivery, outcome, { releases: attempt, underWay });
  return undefined;
}

/** Ends the wait without the reply. */
async function leave(delivery: DeliveryAttempt): Promise<Tree | undefined> {
  const { account, attempt, id } = delivery;
  if (delivery.isGone()) {
    watchElsewhere(delivery);
    return undefined;
  }
  try {
    const found = await account.deliveries.closeWindow(id, attempt);
    if (found?.state === 'ended') return await respond(delivery, found.outcome);
    if (found) watchElsewhere(delivery);
  } catch (error) {
    delivery.warn('a delivery could not record that it ended without the reply', error);
    lookAfter(delivery, delivery.attempt);
  }
  return showPending(delivery);
}

/** Watches a run that is not in this process: no further delivery may come to find it abandoned. */
function watchElsewhere(delivery: DeliveryAttempt): void {
  const { account, id, workload } = delivery;
  if (!findRegistry(account) || workload.runs.has(id.key)) return;
  runInBackground(() => watchOver(delivery.withoutClient()));
}

function showPending(delivery: DeliveryAttempt): Tree | undefined {
  const { account, attempt, id, message, service, workload } = delivery;
  const run = workload.runs.get(id.key);
  const fitted = fitPending(message, account);
  delivery.hasShownPending = true;
  if (replyChannel.hasSubscribers) {
    const seen = { account: account.id, message: messageKey(message) };
    replyChannel.publish({
      event: 'pending',
      ...seen,
      attempt,
      isShown: fitted.tree !== undefined,
    });
  }
  if (!run || run.attempt <= attempt) {
    run?.closeWindow();
    account.logger.info(
      { message: messageKey(message) },
      'the last reply deadline passed before the handler ended',
    );
  }
  return answerInPlace(fitted, service, () =>
    delivery.createExchange(new Error('the handler has not ended')),
  );
}

/** Leaves the delivery unanswered until the platform disconnects: the next one gets the reply. */
async function waitForNext(delivery: DeliveryAttempt): Promise<undefined> {
  const { clock } = delivery.account;
  await within(new Promise(() => {}), delivery.timeLeft(), delivery.signal(), clock);
}

/** Claims the reply of a run that the store ended after all. Who is refused comes again. */
async function claimOnceMore(delivery: DeliveryAttempt, error: unknown): Promise<Tree | undefined> {
  // Counted now, it would be newer than the delivery that the platform has sent since.
  if (delivery.isGone()) return undefined;
  delivery.attempt = 1;
  let claimed: Begun;
  try {
    claimed = await claim(delivery);
  } catch {
    throw error;
  }
  return waitForReply(delivery, claimed);
}

/** Joins a run of this process when the store fails, else leaves the answer to `onError`. */
async function answerUnclaimed(
  delivery: DeliveryAttempt,
  error: unknown,
): Promise<Tree | undefined> {
  const { account, id, message, service, workload } = delivery;
  const run = workload.runs.get(id.key);
  if (run) {
    lookAfter(delivery);
    // The store can give it nothing: it has no number there.
    delivery.attempt = 0;
    const handover = await run.handoff.enter(delivery).wait();
    if (handover?.state === 'respond') return handover.tree;
    if (handover?.state === 'failed') throw handover.error;
    return handover && (await claimOnceMore(delivery, error));
  }
  const exchange = delivery.createExchange(error);
  try {
    const fitted = await answerError(error, exchange, account, (reply) =>
      fitReply({ account, message }, reply),
    );
    delivery.hasOtherAnswer = !delivery.isGone();
    return answerInPlace(fitted, service, () => exchange);
  } finally {
    lookAfter(delivery);
  }
}
