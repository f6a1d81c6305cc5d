import type { Account } from '../../account.ts';
import { askAgain } from '../../ask-again.ts';
import { runInBackground } from '../../background.ts';
import { rollback } from '../../context/transaction.ts';
import { disarmError } from '../../describe-error.ts';
import { ContextConflictError, StoreError } from '../../errors.ts';
import type { Exchange } from '../../exchange.ts';
import type { ReplyLike } from '../../reply/reply.ts';
import { messageKey, UndeliveredError } from '../../undelivered.ts';
import { joinHeld } from '../late/held-answer.ts';
import { joinReplies, reportUndelivered } from '../late/late-replies.ts';
import { parkingMilliseconds } from '../late/parking.ts';
import { complete, fitReply } from './completion.ts';
import type { FittedReply } from './ending.ts';
import { createExchange } from './exchanges.ts';
import { ELSEWHERE } from './handoff.ts';
import { reclaim } from './reclaim.ts';
import type { Run } from './run.ts';

/** Answers for failed handlers, or a failed store. */
export async function answerFailure(run: Run, error: unknown): Promise<void> {
  const { account, parts } = run;
  // It was reported when the webhook was closed, or another run answers.
  if (run.isStale) return rollback(account, run.id, parts.possession.lock);
  const exchange = run.exchange ?? createExchange(run, error);
  if (mayRunAgain(run, error) && (await leaveToNext(run, error))) return;
  run.watch?.fail(error);
  if (!run.isBegun) rollback(account, run.id, parts.possession.lock);
  run.isKept = false;
  if (run.hasResponded) return failStream(run, exchange, error);
  let fitted: FittedReply;
  try {
    fitted = await answerError(error, exchange, account, (reply) => fitReply(run, reply));
  } catch (failure) {
    fail(run, failure);
    return;
  }
  await completeWithHeld(run, fitted);
}

/** Ends a stream that failed after it had begun to answer: sends what has arrived, then what `onError` says. */
async function failStream(run: Run, exchange: Exchange, error: unknown): Promise<void> {
  const { account, said, unsaid } = run;
  const { lateReply, logger, onError, onUndelivered } = account;
  const message = messageKey(run.message);
  run.sendUnsaid();
  if (isStoreFailure(error) && !onError) return fail(run, error);
  const answer = onError
    ? await answerError(error, exchange, account, (reply) => fitReply(run, reply).whole)
    : undefined;
  if (answer) {
    run.late.send(answer);
  } else {
    if (!onError)
      logger.error({ err: error, message }, 'a stream failed after it had begun to answer');
    const seen = new UndeliveredError(joinReplies([...said, ...unsaid]), message, error, true);
    if (onUndelivered) await reportUndelivered(seen, exchange, account);
  }
  // The user's next message may ask for them.
  if (lateReply === 'hold') await run.lateDone();
  runInBackground(async () => run.transaction?.end(false));
}

/** Completes a failed run, with the held replies that were taken for it before the answer. */
async function completeWithHeld(run: Run, fitted: FittedReply): Promise<void> {
  if (run.held.length === 0) return complete(run, fitted);
  const [first, ...others] = joinHeld([...run.held, ...(fitted.whole ? [fitted.whole] : [])]);
  run.unsaid = others;
  await complete(run, fitReply(run, first));
  if (!run.isStale) run.sendUnsaid();
}

function mayRunAgain(run: Run, error: unknown): boolean {
  const isFailure = run.account.retryOnError && !isStoreFailure(error);
  return isFailure && !run.hasResponded && !isLastDelivery(run);
}

/** Whether no other delivery of the message is to be expected: none was known, or its time is over. */
function isLastDelivery({ account, attempt, closing }: Run): boolean {
  if (attempt === 0 || attempt >= account.maxDeliveries) return true;
  return account.clock.now() > closing + parkingMilliseconds(account);
}

/** Gives a failed run up; false, and the run is taken back, when the last delivery was elsewhere. */
async function leaveToNext(run: Run, error: unknown): Promise<boolean> {
  const { account, handoff, message } = run;
  if ((await giveBack(run)) !== 'defer') {
    const details = { err: error, message: messageKey(message) };
    run.watch?.fail(error, true);
    account.logger.warn(details, 'a handler failed; the next delivery runs it again');
    handoff.settle({ state: 'again' });
    run.track(answerLeft(run, error));
    return true;
  }
  const { state } = await reclaim(run, (claim) => account.deliveries.claim(run.id, claim));
  run.isGivenUp = state !== 'yours';
  if (run.isGivenUp) handoff.settle(ELSEWHERE);
  return run.isGivenUp;
}

/** Answers for a run that was left to the next delivery, when none comes: as if it had been the last one. */
async function answerLeft(run: Run, error: unknown): Promise<void> {
  const { account, workload } = run;
  if (run.isStale || !(await endLeft(run))) return;
  if (!account.onError) {
    logLeft(run, error);
    if (account.onUndelivered) await reportNone(run, error);
    return;
  }
  const exchange = run.exchange ?? createExchange(run, error);
  const check = (reply: ReplyLike) => fitReply(run, reply).whole;
  const answer = await answerError(error, exchange, account, check);
  if (!answer) return;
  run.late.send(answer);
  workload.trackLate(run.late);
  await run.lateDone();
}

/** Makes the platform try again; `onUndelivered` is called when it does not. */
export function fail(run: Run, error: unknown): void {
  run.watch?.fail(error);
  // A stream that has answered has ended in the store.
  const givenUp = run.hasResponded ? Promise.resolve() : giveUp(run).catch(() => undefined);
  const isRefused = run.handoff.settle({ state: 'failed', error }) && !run.hasResponded;
  run.track(givenUp.then((result) => reportFailure(run, error, result, isRefused)));
}

async function reportFailure(
  run: Run,
  error: unknown,
  result: unknown,
  isRefused: boolean,
): Promise<void> {
  const { account, isStale, message, unstored } = run;
  // It was reported when the webhook was closed.
  if (isStale) return;
  if (result === 'stale') {
    const details = { err: error, message: messageKey(message) };
    account.logger.warn(details, 'a run lost its lease, and failed: another run answers');
    return;
  }
  // Who is refused has its own line.
  if (!isRefused || unstored) logLeft(run, error);
  // Who is refused comes again, unless it was the last delivery; or that was in another process.
  if (!account.onUndelivered) return;
  if (run.hasResponded || (await endLeft(run))) await reportNone(run, error);
}

function logLeft({ account, message }: Run, error: unknown): void {
  const details = { err: error, message: messageKey(message) };
  account.logger.error(details, 'the handler failed after all deliveries had ended');
}

/** Calls `onUndelivered` for a run without a reply, or with one that was not stored. */
async function reportNone(run: Run, error: unknown): Promise<void> {
  const { account, message, unstored } = run;
  const exchange = run.exchange ?? createExchange(run, error);
  const seen = new UndeliveredError(unstored ?? { type: 'none' }, messageKey(message), error);
  await reportUndelivered(seen, exchange, account);
}

/**
 * Ends a run that was given back, unless somebody has it when the next delivery would have come. One that
 * has come meanwhile may have been refused, too: then another one is waited for.
 */
async function endLeft(run: Run): Promise<boolean> {
  const { account, id, owner, lease, parts, unstored, workload } = run;
  const { clock, deliveries } = account;
  // It was waited for that store for a minute.
  const isOver = () => unstored !== undefined || workload.isClosing;
  const isLast = isLastDelivery(run);
  let newest = run.attempt;
  const end = async (): Promise<boolean | undefined> => {
    const claimed = await deliveries.claim(id, { owner, lease, body: parts.body, attempt: 0 });
    if (claimed.state !== 'yours') return false;
    const isLeft = isLast || claimed.attempt <= newest;
    const outcome = isLeft ? null : undefined;
    const result = await deliveries.finish(id, { owner, outcome, answering: 0 });
    newest = claimed.attempt;
    return isLeft ? result !== 'stale' : undefined;
  };
  for (;;) {
    const left = Math.max(run.closing - clock.now(), 0);
    await workload.sleep(clock, left + parkingMilliseconds(account));
    // The next delivery goes to another process.
    if (workload.isClosing && !isLast) return false;
    const isEnded = await askAgain(clock, end, isOver).catch(() => true);
    if (isEnded !== undefined) return isEnded;
  }
}

/** Gives the run up, with the held replies that it has taken, for the next delivery. */
async function giveBack(run: Run): Promise<unknown> {
  const { account, id, owner, parts } = run;
  run.isGivenUp = true;
  run.holdAgain();
  const finish = { owner, outcome: undefined, answering: 0 };
  return account.steps.commit(id, finish, parts.possession.lock, undefined);
}

/** Gives a failed run up; `stale` when another owner has run it. */
async function giveUp(run: Run): Promise<unknown> {
  const result = await giveBack(run);
  if (result !== 'stale') return result;
  const { deliveries } = run.account;
  const { state } = await reclaim(run, (claim) => deliveries.claim(run.id, claim));
  return state === 'yours' ? giveBack(run) : result;
}

/** Whether a store failed: the platform's next try may succeed, so the handler is not at fault. */
function isStoreFailure(thrown: unknown): boolean {
  const error = disarmError(thrown);
  return error instanceof StoreError || error instanceof ContextConflictError;
}

/** Calls `onError` for the reply, and checks it. Rejects with a store's error when there is no answer. */
export async function answerError<T>(
  error: unknown,
  exchange: Exchange,
  { logger, onError }: Account,
  check: (reply: ReplyLike) => T,
): Promise<T> {
  const key = messageKey(exchange.message);
  if (isStoreFailure(error) && !onError) throw error;
  try {
    if (onError) return check(await onError(error, exchange));
    logger.error({ err: error, message: key }, 'a handler failed; answered success');
  } catch (second) {
    if (isStoreFailure(error) && second === error) throw error;
    logger.error({ err: second, cause: error, message: key }, 'onError threw; answered success');
  }
  return check(undefined);
}
