import { askAgain } from '../../ask-again.ts';
import { isPromise } from '../../awaitable.ts';
import { runInBackground } from '../../background.ts';
import type { Turn } from '../../context/keyed-mutex.ts';
import type { Loaded } from '../../context/store.ts';
import { begin, ContextTransaction, rollback, waitForLock } from '../../context/transaction.ts';
import { disarmError } from '../../describe-error.ts';
import { type Answer, type Exchange, isStream } from '../../exchange.ts';
import { HeldAnswer, withHeld } from '../late/held-answer.ts';
import { findRegistry } from '../registrations.ts';
import { complete, fitReply } from './completion.ts';
import { isCut } from './ending.ts';
import { RunExchange } from './exchanges.ts';
import { answerError, answerFailure, fail } from './failure.ts';
import { ELSEWHERE } from './handoff.ts';
import { limitRun } from './heartbeat.ts';
import { reclaim } from './reclaim.ts';
import type { Run } from './run.ts';
import { answerStream } from './stream.ts';

/**
 * Runs the handlers and completes the message with their result. Waits only for slow ones: most
 * runs have ended when this returns.
 */
export async function execute(run: Run): Promise<void> {
  const { account, id, message, parts } = run;
  const { turn } = parts.possession;
  try {
    if (turn || account.interrupts || !account.steps.open) run.show();
    if (account.interrupts?.(message)) {
      await account.deliveries.interrupt(id);
      run.watch?.endLap('storeTime');
    }
    if (turn) await waitForTurn(run, turn);
    // On its turn the message is claimed again.
    const isReady = !turn && useLoaded(run, parts.loaded);
    if (!isReady && !(await prepare(run))) return;
    // It was reported when the webhook was closed.
    if (run.isStale) return rollback(account, id, parts.possession.lock);
    run.isBegun = true;
    run.watch?.begin();
    run.exchange = new RunExchange(run);
    const given = callHandlers(run, run.exchange);
    if (isPromise(given)) run.show();
    const answer = isPromise(given) ? await limitRun(run, given, false) : given;
    if (answer instanceof HeldAnswer) run.held = answer.held;
    const completing = isStream(answer)
      ? answerStream(run, run.exchange, answer)
      : complete(run, fitReply(run, answer));
    if (!completing) return;
    run.show();
    await completing;
  } catch (error) {
    run.show();
    if (isCut(run)) return giveUpCut(run, disarmError(error));
    await answerFailure(run, disarmError(error)).catch((failure: unknown) => fail(run, failure));
  } finally {
    run.end();
  }
}

/** Gives up a run whose signal told that another process has it: that one answers, or who takes up after it. */
function giveUpCut(run: Run, error: unknown): void {
  run.handoff.settle(ELSEWHERE);
  fail(run, error);
}

/** Uses the context that came with a claim, or that is opened on first use; false when it has to be loaded. */
function useLoaded(run: Run, loaded: Loaded | undefined): boolean {
  const { account, id, parts } = run;
  if (account.steps.open) return true;
  if (!loaded || !('record' in loaded)) return false;
  run.transaction = new ContextTransaction(account, id, parts.possession.lock, loaded.record);
  return true;
}

/** Waits for the turn among the user's messages. */
async function waitForTurn(run: Run, turn: Turn): Promise<void> {
  runInBackground(() => keepPlace(run));
  await turn.comes;
  run.watch?.endLap('queueTime');
  run.stayAlive();
}

/**
 * Loads the context; false when another process has taken the message over. A store that fails is asked
 * again while nobody waits: who waits is refused, and comes again.
 */
async function prepare(run: Run): Promise<boolean> {
  const { account, handoff, parts, workload } = run;
  let isClaimed = !parts.possession.turn;
  const load = async () => {
    for (;;) {
      const found = isClaimed ? parts.loaded : await claimAgain(run);
      // It has to be claimed again when loading fails, or another process had the lock.
      isClaimed = false;
      if (found === 'stale') return false;
      if (useLoaded(run, found)) return true;
      run.stayAlive();
      if (!found || 'record' in found) return loadContext(run);
      await waitForLock(account.clock, found);
      run.watch?.endLap('queueTime');
    }
  };
  const isOver = () => handoff.newest > 0 || run.isStale || workload.isClosing;
  return askAgain(account.clock, load, isOver);
}

async function claimAgain(run: Run): Promise<Loaded | 'stale' | undefined> {
  const { account, id, parts } = run;
  const begun = await reclaim(run, async (claim) => {
    const claimed = await account.steps.begin(id, claim, parts.possession.lock);
    // Who waits here finds the other run, or the place where it was.
    if (claimed.state === 'running') run.handoff.settle(ELSEWHERE);
    return claimed;
  });
  run.watch?.endLap('storeTime');
  // What the store does not know any more was run elsewhere long ago.
  const isForgotten = run.wasTaken && begun.attempt === 0;
  if (begun.state === 'yours' && !isForgotten) {
    run.wasTaken = false;
    return begun.loaded;
  }
  // Another process has taken the message over while it waited here.
  run.watch?.conclude('superseded');
  run.handoff.settle(ELSEWHERE);
  return 'stale';
}

/** Milliseconds for which a queued message is safe: the platform delivers it for 15 s. */
const QUEUED_LEASE = 20_000;

/** Registers a queued message: once registered, its lease may be long and cost nothing. */
async function keepPlace(run: Run): Promise<void> {
  const { account, id, owner } = run;
  if (!findRegistry(account)) return;
  await run.heartbeat.register();
  if (run.isBegun) return;
  run.lease = QUEUED_LEASE;
  const state = await account.deliveries.renew(id, { owner, lease: QUEUED_LEASE });
  run.wasTaken = state === 'stale';
}

/** Loads the context where a claim of the store does not. */
async function loadContext(run: Run): Promise<true> {
  const { account, id, parts } = run;
  run.transaction = await begin(account, id, parts.possession.lock);
  run.watch?.endLap('storeTime');
  return true;
}

function callHandlers(run: Run, exchange: Exchange): Answer | Promise<Answer> {
  const { account, message, parts } = run;
  if (account.lateReply !== 'hold') return parts.service.dispatch(exchange);
  return withHeld(message, {
    account,
    dispatch: () => parts.service.dispatch(exchange),
    check: (answer) => fitReply(run, answer).whole,
    recover: async (error) => {
      // It was answered for already.
      if (run.isOverrun) return undefined;
      run.isKept = false;
      return (await answerError(error, exchange, account, (reply) => fitReply(run, reply))).whole;
    },
  });
}
