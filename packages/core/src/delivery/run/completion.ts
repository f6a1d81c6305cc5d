import type { Account } from '../../account.ts';
import { type Awaitable, isPromise } from '../../awaitable.ts';
import type { Exchange } from '../../exchange.ts';
import type { Message } from '../../message/message.ts';
import { addressReply } from '../../reply/address.ts';
import type { ReplyLike } from '../../reply/reply.ts';
import { MAX_TEXT_BYTES, splitText } from '../../reply/split.ts';
import type { Tree } from '../../tree.ts';
import { messageKey } from '../../undelivered.ts';
import { LateReplies } from '../late/late-replies.ts';
import { park, parkingMilliseconds, sendLate } from '../late/parking.ts';
import { findRegistry } from '../registrations.ts';
import { endRun, type FittedReply } from './ending.ts';
import type { RunEnd } from './finish.ts';
import { ELSEWHERE } from './handoff.ts';
import type { Run, Service } from './run.ts';

/** Share of the last deadline by which a stream answers early, so that other processes learn of it. */
export const AHEAD = 1 / 20;

/**
 * Addresses a reply to the sender of the message, and cuts a text that is too long for one answer.
 *
 * @throws {InvalidArgumentError} when it is no reply
 */
export function fitReply(
  { account, message }: Pick<Run, 'account' | 'message'>,
  given: ReplyLike,
): FittedReply {
  const { logger } = account;
  const addressed = addressReply(given, message, logger);
  const { reply } = addressed;
  if (reply?.type !== 'text' || Buffer.byteLength(reply.content) <= MAX_TEXT_BYTES) {
    return { reply, tree: addressed.tree, warn: addressed.warn, whole: reply, rest: undefined };
  }
  const [first = '', ...rest] = splitText(reply.content);
  const fitted = addressReply({ type: 'text', content: first }, message, logger);
  return { ...fitted, whole: reply, rest: { type: 'text', content: rest.join('') } };
}

/** Returns the reply that the user sees at the last reply deadline. */
export function fitPending(message: Message, account: Account): FittedReply {
  const { logger, pending } = account;
  try {
    return fitReply(
      { account, message },
      typeof pending === 'function' ? pending(message) : pending,
    );
  } catch (error) {
    logger.error(
      { err: error, message: messageKey(message) },
      '`pending` failed; answered success',
    );
    return {};
  }
}

/** Answers for a run that is not here, or not finished: the rest of a long reply is sent late. */
export function answerInPlace(
  { tree, rest }: FittedReply,
  { account, workload, waitUntil }: Service,
  createExchange: () => Exchange,
): Tree | undefined {
  if (rest) {
    const late = new LateReplies(createExchange(), account);
    late.send(rest, 'rest');
    workload.trackLate(late);
    waitUntil?.(late.done);
  }
  return tree;
}

/**
 * Ends a run with its reply and its changes of the context: waiting deliveries get it, or another
 * delivery asks for it, or it is sent late. The store decides that, in one step.
 */
export function complete(run: Run, fitted: FittedReply): Awaitable<void> {
  const isMore = fitted.rest !== undefined || run.unsaid.length > 0;
  if (isMore && findRegistry(run.account)) return completeRegistered(run, fitted);
  return completeWaiting(run, fitted);
}

/** Registers a run before its end is known, as replies follow that only this process has. */
async function completeRegistered(run: Run, fitted: FittedReply): Promise<void> {
  run.show();
  await run.heartbeat.register().catch(() => {});
  await completeWaiting(run, fitted);
}

function completeWaiting(run: Run, fitted: FittedReply): Awaitable<void> {
  const newest = run.handoff.lookAround();
  return isPromise(newest)
    ? newest.then((found) => completeFor(run, fitted, found))
    : completeFor(run, fitted, newest);
}

/** `newest`: the number of the latest waiting delivery. */
function completeFor(run: Run, fitted: FittedReply, newest: number): Awaitable<void> {
  // It was abandoned when the webhook was closed.
  if (run.isStale) return undefined;
  const ended = endRun(run, fitted, newest);
  return isPromise(ended) ? giveLater(run, fitted, ended) : give(run, fitted, ended);
}

async function giveLater(run: Run, fitted: FittedReply, ended: Promise<RunEnd>): Promise<void> {
  const how = await ended;
  // The process may have stood still since it asked the store.
  const seen = run.handoff.lookAround();
  if (isPromise(seen)) await seen;
  give(run, fitted, how);
}

/** Handles a reply as the store has decided. */
function give(run: Run, fitted: FittedReply, { result, answering }: RunEnd): void {
  if (result === 'stale') return drop(run);
  const { account, handoff, hasResponded, id, isHeld, message, workload } = run;
  const { tree, reply, whole, warn } = fitted;
  run.watch?.conclude(reply ? 'replied' : 'silent');
  const isAnswer = result === 'respond';
  const handover = isAnswer ? { state: 'respond' as const, tree } : ELSEWHERE;
  const isGiven = handoff.settle(handover, answering) && isAnswer;
  // What has no tree goes nowhere later either.
  if (isGiven || !tree) warn?.();
  if (!reply || !whole) return;
  const rest = isHeld ? undefined : fitted.rest;
  if (isGiven) {
    if (rest) run.late.send(rest, 'rest');
  } else if (result === 'defer') {
    if (!isHeld) sendLate(run, whole);
  } else {
    park({
      late: run.late,
      account,
      workload,
      id,
      owner: run.owner,
      message,
      reply,
      rest,
      // A stream answers for the last delivery, which is due.
      patience: hasResponded ? 2 * AHEAD * account.replyWindow : parkingMilliseconds(account),
      releases: answering,
    });
  }
}

/** Drops the reply of a run that another one has replaced. */
function drop(run: Run): void {
  const { account, handoff, message } = run;
  const text = 'a run lost its lease, and its reply was dropped: another run answers';
  if (!handoff.isTaken) account.logger.warn({ message: messageKey(message) }, text);
  run.isStale = true;
  run.holdAgain();
  run.watch?.conclude('superseded');
  handoff.settle(ELSEWHERE);
}
