import { type Awaitable, isPromise } from '../../awaitable.ts';
import type { ContextTransaction, Refused, Save } from '../../context/transaction.ts';
import type { AddressedReply } from '../../reply/address.ts';
import type { Reply } from '../../reply/reply.ts';
import type { Tree } from '../../tree.ts';
import type { CompletionResult, Outcome } from '../store.ts';
import { checkResult, type Ending, finish, type RunEnd } from './finish.ts';
import { ELSEWHERE } from './handoff.ts';
import type { Run } from './run.ts';
import { endAgain, endUnstored } from './unstored.ts';

/** The part of a reply that fits one answer, and the rest. */
export interface FittedReply extends AddressedReply {
  readonly whole?: Reply | undefined;
  readonly rest?: Reply | undefined;
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
