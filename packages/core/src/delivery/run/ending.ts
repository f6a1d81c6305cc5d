import { askAgain } from '../../ask-again.ts';
import { type Awaitable, isPromise } from '../../awaitable.ts';
import { runInBackground } from '../../background.ts';
import {
  type ContextTransaction,
  type Refused,
  releaseLock,
  type Save,
  saveAgain,
} from '../../context/transaction.ts';
import { StoreError } from '../../errors.ts';
import type { AddressedReply } from '../../reply/address.ts';
import type { Reply } from '../../reply/reply.ts';
import { storeFailed } from '../../store-failure.ts';
import type { Tree } from '../../tree.ts';
import { messageKey } from '../../undelivered.ts';
import { type ParkedReply, park, parkingMilliseconds, sendLate } from '../late/parking.ts';
import {
  type Claim,
  type CompletionResult,
  DELIVERIES,
  type Finish,
  type Outcome,
} from '../store.ts';
import { ELSEWHERE } from './handoff.ts';
import { LOOK_AGAIN, reclaim } from './reclaim.ts';
import type { Run } from './run.ts';

/** The part of a reply that fits one answer, and the rest. */
export interface FittedReply extends AddressedReply {
  readonly whole?: Reply | undefined;
  readonly rest?: Reply | undefined;
}

/** The decision of the store, and the delivery it was asked for. */
export interface RunEnd {
  readonly result: CompletionResult;
  readonly answering: number;
}

/**
 * Whether a result must not count: its handlers could see by the signal that another process had taken
 * the run over, and end early.
 */
export function isCut({ hasResponded, isHeard, wasTaken }: Run): boolean {
  return wasTaken && isHeard && !hasResponded;
}

async function refuseCut(): Promise<never> {
  throw new Error('another process had taken the run over, so its result did not count');
}

/**
 * Ends the run in the store, with the changes of its context, for the latest waiting delivery. Rejects when
 * its result must not count.
 */
export function endRun(run: Run, fitted: FittedReply, newest: number): Awaitable<RunEnd> {
  if (isCut(run)) return refuseCut();
  const isChanged = run.isKept && run.transaction?.context.modified === true;
  return isChanged ? storeChanges(run, fitted) : storeOnce(run, fitted, newest, undefined);
}

/** Ends the run in the store, again when the context has to be merged with another process's save. */
async function storeChanges(run: Run, fitted: FittedReply): Promise<RunEnd> {
  const transaction = run.transaction as ContextTransaction;
  if (transaction.isOver) await transaction.context.flush();
  for (;;) {
    const save = run.hasResponded ? undefined : transaction.pendingSave();
    const completion = await storeOnce(run, fitted, run.handoff.newest, save);
    if (!('current' in completion)) {
      if (save) transaction.accept(save);
      return completion;
    }
    transaction.rebase(completion);
  }
}

function storeOnce(
  run: Run,
  fitted: FittedReply,
  answering: number,
  save: undefined,
): Awaitable<RunEnd>;
function storeOnce(
  run: Run,
  fitted: FittedReply,
  answering: number,
  save: Save | undefined,
): Awaitable<RunEnd | Refused>;
function storeOnce(
  run: Run,
  { tree, reply, rest, whole }: FittedReply,
  answering: number,
  save: Save | undefined,
): Awaitable<RunEnd | Refused> {
  const { handoff, owner } = run;
  const outcome = reply && tree ? createOutcome(run, { reply, tree, rest, answering }) : null;
  const how = { owner, outcome, answering };
  const finishing = finish(run, how, save, whole);
  if (!isPromise(finishing)) {
    return typeof finishing === 'string' ? { result: finishing, answering } : finishing;
  }
  const handover = { state: 'respond' as const, tree };
  if (answering > 0) handoff.offer = { handover, answering, isSaving: save !== undefined };
  return checkFinished(run, finishing, { how, save, whole, tree });
}

interface OutcomeParts {
  readonly reply: Reply;
  readonly tree: Tree;
  readonly rest: Reply | undefined;
  readonly answering: number;
}

function createOutcome(run: Run, { reply, tree, rest, answering }: OutcomeParts): Outcome {
  const outcome = { reply, time: Number(tree['CreateTime']) };
  const isOpen = run.hasResponded || run.unsaid.length > 0;
  const isLast = answering >= run.account.maxDeliveries;
  if (!rest && !isOpen && !isLast) return outcome;
  return {
    ...outcome,
    ...(rest && { rest }),
    ...(isOpen && { isOpen }),
    ...(isLast && { answering }),
  };
}

/** The end of a run, as told to the store. */
interface Ending {
  readonly how: Finish;
  readonly save: Save | undefined;
  readonly whole: Reply | undefined;
  readonly tree: Tree | undefined;
}

async function checkFinished(
  run: Run,
  finishing: Promise<CompletionResult | Refused>,
  ending: Ending,
): Promise<RunEnd | Refused> {
  const { answering } = ending.how;
  let result: CompletionResult | Refused;
  run.watch?.startLap();
  try {
    result = checkResult(await finishing);
  } catch (error) {
    return endUnstored(run, ending, error);
  }
  run.watch?.endLap('storeTime');
  if (result !== 'stale') return typeof result === 'string' ? { result, answering } : result;
  // They may have it from there, unless one has taken it already.
  run.handoff.settle(ELSEWHERE);
  return endAgain(run, ending, run.handoff.isTaken ? answering : 0);
}

/** Ends a run once the store is back. A delivery has its reply at once when no save comes with it. */
async function endUnstored(run: Run, ending: Ending, error: unknown): Promise<RunEnd | Refused> {
  const { account, handoff, message } = run;
  const { how, save, tree } = ending;
  const { answering } = how;
  const failed = storeFailed(save ? 'context' : 'delivery', error);
  const seen = handoff.lookAround();
  if (isPromise(seen)) await seen;
  const isGiven = !save && handoff.settle({ state: 'respond', tree }, answering);
  if (answering > 0 && save && account.onError) {
    const sending = sendEnded(run, ending);
    run.workload.track(sending);
    run.parts.service.waitUntil?.(sending);
    throw failed;
  }
  // Who is refused comes again.
  const isRefused = !isGiven && handoff.settle({ state: 'failed', error: failed });
  if (!isRefused) {
    const details = { err: error, message: messageKey(message) };
    account.logger.warn(details, 'could not store the end of a run');
  }
  // One that the store has not counted is the newest.
  const taker = isGiven ? answering || DELIVERIES : 0;
  const ended = await endAgain(run, ending, taker);
  if (isGiven) return { result: 'respond', answering: taker };
  // It may have been claimed for who was refused then.
  return 'result' in ended ? { ...ended, answering } : ended;
}

/**
 * Sends the reply of an end that was taken for failed, and carried out all the same: its delivery was
 * answered by `onError`, or refused. Never rejects.
 */
async function sendEnded(run: Run, { how, whole }: Ending): Promise<void> {
  const { account, id, message, owner, unsaid, workload } = run;
  const { clock, deliveries } = account;
  const { outcome } = how;
  if (!outcome || !whole) return;
  const { registrations } = workload;
  runInBackground(() => registrations.enter(id, account, { owner, message }));
  const ask = async () => {
    const found = await deliveries.wait(id, { attempt: 0, milliseconds: 0 });
    return found?.state === 'ended' ? deliveries.finish(id, how) : 'stale';
  };
  try {
    while (!run.isOver) await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_AGAIN));
    // A store that stays away tells nothing: the answer of `onError` stands.
    const result = await askAgain(clock, ask).catch(() => 'stale');
    if (result === 'stale') return;
    if (result === 'defer') sendLate(run, whole);
    else park({ ...(await findParking(run, how)), reply: outcome.reply, rest: outcome.rest });
    for (const piece of unsaid) run.late.send(piece, 'rest');
    workload.trackLate(run.late);
    await run.lateDone();
  } finally {
    registrations.leave(id, account);
  }
}

/** Returns how the reply of such an end is parked: released by the delivery that was answered otherwise. */
async function findParking(run: Run, how: Finish): Promise<Omit<ParkedReply, 'reply' | 'rest'>> {
  const { account, attempt, handoff, id, late, message, owner, workload } = run;
  // Who was sent on has the reply from the store.
  const isAsked = handoff.sentOn >= how.answering;
  const releases = isAsked ? 0 : Math.max(how.answering, attempt);
  if (releases > how.answering) {
    const given = { ...how, answering: releases, isTaken: true };
    await askAgain(account.clock, () => account.deliveries.finish(id, given)).catch(() => {});
  }
  const patience = parkingMilliseconds(account);
  return { account, id, late, message, owner, workload, patience, releases };
}

function checkResult(result: CompletionResult | Refused): CompletionResult | Refused {
  const isResult = typeof result === 'string' || Object.hasOwn(Object(result) as object, 'current');
  if (isResult) return result;
  throw new StoreError('the delivery store failed: finish() returned no result');
}

/**
 * Keeps the reply of a run that the store did not end: until the store is back, and for as long as
 * another owner has the run. That one answers, unless it has died, or never knew that it had claimed it.
 * `answering`: the delivery that has taken the reply already; 0 for none.
 */
async function endAgain(
  run: Run,
  { how, save, whole }: Ending,
  answering: number,
): Promise<RunEnd | Refused> {
  const { account, id } = run;
  run.unstored = answering > 0 ? undefined : whole;
  const claimAgain = async (claim: Claim) => {
    const claimed = await account.deliveries.claim(id, claim);
    // That one needs the lock.
    if (claimed.state === 'running') run.transaction?.giveUp();
    return claimed;
  };
  const end = async (): Promise<CompletionResult | Refused> => {
    const { state } = await reclaim(run, claimAgain);
    if (state === 'running' || run.isStale) return 'stale';
    const isTaken = answering > 0;
    return checkResult(await finish(run, { ...how, answering, isTaken }, save, whole));
  };
  let result: CompletionResult | Refused;
  try {
    result = await askAgain(account.clock, end, () => run.isStale);
  } catch (error) {
    if (save) throw storeFailed('context', error);
    // Without a change to be saved the user can have it all the same, unless it was reported by close().
    result = run.isStale ? 'stale' : 'defer';
  }
  // A change that cannot be merged is another failure of the same reply.
  if (typeof result !== 'string') return result;
  run.unstored = undefined;
  return { result, answering };
}

function finish(
  run: Run,
  how: Finish,
  save: Save | undefined,
  whole: Reply | undefined,
): Awaitable<CompletionResult | Refused> {
  const { account, id, isBegun, hasResponded, lock } = run;
  if (isBegun && !hasResponded && account.lateReply === 'hold') {
    return finishHolding(run, how, save, whole);
  }
  if (account.steps.open || (isBegun && !hasResponded)) {
    return account.steps.commit(id, how, hasResponded ? undefined : lock, save);
  }
  return account.deliveries.finish(id, how);
}

/** Holds a late reply, and those that follow one, before the lock is released: the user's next message may ask for them. */
async function finishHolding(
  run: Run,
  how: Finish,
  save: Save | undefined,
  whole: Reply | undefined,
): Promise<CompletionResult | Refused> {
  const { account, id, lock } = run;
  const { contexts, deliveries } = account;
  const kept = save && { ...save, options: { ...save.options, keepLock: true } };
  const refused = kept && (await saveAgain(contexts, id, kept));
  if (refused) return refused;
  const result = await deliveries.finish(id, how);
  if (result === 'defer' && whole) {
    run.isHeld = true;
    sendLate(run, whole);
  }
  const rest = how.outcome?.rest;
  if (result === 'respond' && rest) {
    run.isHeld = true;
    run.late.send(rest, 'rest');
  }
  if (result === 'defer' || result === 'respond') {
    run.sendUnsaid();
    await run.lateDone();
  }
  await releaseLock(contexts, id, lock);
  return result;
}
