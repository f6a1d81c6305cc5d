import { askAgain } from '../../ask-again.ts';
import { isPromise } from '../../awaitable.ts';
import { pause } from '../../clock.ts';
import type { Refused } from '../../context/transaction.ts';
import { storeFailed } from '../../store-failure.ts';
import { messageKey } from '../../undelivered.ts';
import { type ParkedReply, park, parkingMilliseconds, sendLate } from '../late/parking.ts';
import { type Claim, type CompletionResult, DELIVERIES, type Finish } from '../store.ts';
import { checkResult, type Ending, finish, type RunEnd } from './finish.ts';
import { LOOK_AGAIN, reclaim } from './reclaim.ts';
import type { Run } from './run.ts';

/** Ends a run once the store is back. A delivery has its reply at once when no save comes with it. */
export async function endUnstored(
  run: Run,
  ending: Ending,
  error: unknown,
): Promise<RunEnd | Refused> {
  const { account, handoff, message } = run;
  const { how, save, tree } = ending;
  const { answering } = how;
  const failed = storeFailed(save ? 'context' : 'delivery', error);
  const seen = handoff.lookAround();
  if (isPromise(seen)) await seen;
  const isGiven = !save && handoff.settle({ state: 'respond', tree }, answering);
  if (answering > 0 && save && account.onError) {
    run.track(sendEnded(run, ending));
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
  const { account, id, unsaid, workload } = run;
  const { clock, deliveries } = account;
  const { outcome } = how;
  if (!outcome || !whole) return;
  const ask = async () => {
    const found = await deliveries.wait(id, { attempt: 0, milliseconds: 0 });
    return found?.state === 'ended' ? deliveries.finish(id, how) : 'stale';
  };
  while (!run.isOver) await pause(clock, LOOK_AGAIN);
  // A store that stays away tells nothing: the answer of `onError` stands.
  const result = await askAgain(clock, ask).catch(() => 'stale');
  if (result === 'stale') return;
  if (result === 'defer') sendLate(run, whole);
  else park({ ...(await findParking(run, how)), reply: outcome.reply, rest: outcome.rest });
  for (const piece of unsaid) run.late.send(piece, 'rest');
  workload.trackLate(run.late);
  await run.lateDone();
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

/**
 * Keeps the reply of a run that the store did not end: until the store is back, and for as long as
 * another owner has the run. That one answers, unless it has died, or never knew that it had claimed it.
 * `answering`: the delivery that has taken the reply already; 0 for none.
 */
export async function endAgain(
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
