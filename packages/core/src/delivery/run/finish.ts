import type { Awaitable } from '../../awaitable.ts';
import { type Refused, releaseLock, type Save, saveAgain } from '../../context/transaction.ts';
import { StoreError } from '../../errors.ts';
import type { Reply } from '../../reply/reply.ts';
import type { Tree } from '../../tree.ts';
import { sendLate } from '../late/parking.ts';
import type { CompletionResult, Finish } from '../store.ts';
import type { Run } from './run.ts';

/** The end of a run, as told to the store. */
export interface Ending {
  readonly how: Finish;
  readonly save: Save | undefined;
  readonly whole: Reply | undefined;
  readonly tree: Tree | undefined;
}

/** The decision of the store, and the delivery it was asked for. */
export interface RunEnd {
  readonly result: CompletionResult;
  readonly answering: number;
}

export function checkResult(result: CompletionResult | Refused): CompletionResult | Refused {
  const isResult = typeof result === 'string' || Object.hasOwn(Object(result) as object, 'current');
  if (isResult) return result;
  throw new StoreError('the delivery store failed: finish() returned no result');
}

/** Tells the store of the end of a run, with the changes of its context and its lock. */
export function finish(
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
