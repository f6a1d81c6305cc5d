import { runInBackground } from '../background.ts';
import type { Turn } from '../context/keyed-mutex.ts';
import type { Loaded } from '../context/store.ts';
import { begin, ContextTransaction, rollback } from '../context/transaction.ts';
import { disarmError } from '../describe-error.ts';
import { type Answer, type Exchange, isStream } from '../exchange.ts';
import { messageKey } from '../undelivered.ts';
import { nameUser } from './claim.ts';
import { complete, type FittedReply, fitReply } from './completion.ts';
import { findRegistry, leaseMilliseconds } from './heartbeat.ts';
import { withHeld } from './late-replies.ts';
import { answerError, isStoreFailure } from './on-error.ts';
import { createExchange, type Run, RunExchange } from './run.ts';
import { answerStream } from './stream.ts';

/** Starts a run, which goes on by itself. */
export function startRun(run: Run): void {
  run.workload.runs.set(run.id.key, run);
  run.ended = execute(run);
}

async function execute(run: Run): Promise<void> {
  const { account, id, message, parts } = run;
  const { lock, turn } = parts.possession;
  try {
    if (account.interrupts?.(message)) await account.deliveries.interrupt(id);
    const loaded = turn ? await takeTurn(run, turn) : parts.loaded;
    if (loaded === 'stale') return;
    const transaction =
      loaded && 'record' in loaded
        ? new ContextTransaction(account, id, lock, loaded.record)
        : await waitForContext(run, loaded);
    run.transaction = transaction;
    run.exchange = new RunExchange(run, transaction.context);
    const given = callHandlers(run, run.exchange);
    const answer = isThenable(given) ? await run.heartbeat.limit(given, false) : given;
    if (isStream(answer)) await answerStream(run, run.exchange, answer);
    else await complete(run, fitReply(run, answer));
  } catch (error) {
    await answerFailure(run, disarmError(error)).catch((failure: unknown) => fail(run, failure));
  } finally {
    finishRun(run);
  }
}

/** Waits for the turn among the user's messages, and then claims the message once more. */
async function takeTurn(run: Run, turn: Turn): Promise<Loaded | 'stale' | undefined> {
  const { account, id, owner, parts } = run;
  runInBackground(() => keepPlace(run));
  await turn.comes;
  run.heartbeat.startSoon();
  const claim = { owner, lease: leaseMilliseconds(account), body: parts.body, attempt: 0 };
  const begun = await account.unit.begin(id, claim, parts.possession.lock);
  if (begun.state === 'yours') return begun.loaded;
  // Another process has taken the message over while it waited here.
  run.handoff.settle({ state: 'elsewhere' });
  return 'stale';
}

/** Milliseconds for which a message that waits for its turn is safe: the platform delivers it for 15 s. */
const QUEUED_LEASE = 20_000;

/** Has a message wait for its turn at no cost: where it waits is written down, so its lease may be long. */
async function keepPlace(run: Run): Promise<void> {
  const { account, id, owner } = run;
  if (!findRegistry(account)) return;
  await run.heartbeat.register();
  if (run.transaction) return;
  run.lease = QUEUED_LEASE;
  await account.deliveries.renew(id, { owner, lease: QUEUED_LEASE });
}

function waitForContext(run: Run, loaded: Loaded | undefined): Promise<ContextTransaction> {
  run.heartbeat.startSoon();
  return begin(run.account, run.id, run.parts.possession.lock, loaded);
}

function callHandlers(run: Run, exchange: Exchange): Answer | Promise<Answer> {
  const { account, message, parts } = run;
  if (account.lateReply !== 'hold') return parts.service.dispatch(exchange);
  return withHeld(message, {
    account,
    dispatch: () => parts.service.dispatch(exchange),
    check: (answer) => fitReply(run, answer).whole,
    recover: async (error) => {
      run.isKept = false;
      return (await answerError(error, exchange, account, (reply) => fitReply(run, reply))).whole;
    },
  });
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function';
}

/** Answers for handlers, or a store, that failed. */
async function answerFailure(run: Run, error: unknown): Promise<void> {
  const { account, handoff, message, parts, transaction } = run;
  const exchange = run.exchange ?? createExchange(run, error);
  const isLast = run.delivery.attempt >= account.maxDeliveries;
  if (account.retryOnError && !isStoreFailure(error) && !run.hasResponded && !isLast) {
    const details = { err: error, ...messageKey(message) };
    account.logger.warn(details, 'a handler failed; the next delivery runs it again');
    await giveBack(run);
    handoff.settle({ state: 'again' });
    return;
  }
  if (!transaction) rollback(account, run.id, parts.possession.lock);
  run.isKept = false;
  let fitted: FittedReply;
  try {
    fitted = await answerError(error, exchange, account, (reply) => fitReply(run, reply));
  } catch (failure) {
    runInBackground(() => giveBack(run));
    fail(run, failure);
    return;
  }
  if (!run.hasResponded) return complete(run, fitted);
  if (fitted.whole) run.late.send(fitted.whole);
  runInBackground(async () => transaction?.end(false));
}

/** Has the platform try again; when nobody waits, only the log knows. */
function fail({ account, handoff, message }: Run, error: unknown): void {
  if (handoff.settle({ state: 'failed', error })) return;
  const details = { err: error, ...messageKey(message) };
  account.logger.error(details, 'the handler failed after all deliveries had ended');
}

/** Gives the run back, for the next delivery. */
async function giveBack({ account, id, owner, parts }: Run): Promise<void> {
  const finish = { owner, outcome: undefined, answering: 0 };
  await account.unit.commit(id, finish, parts.possession.lock, undefined);
}

function finishRun(run: Run): void {
  const { account, id, parts, workload } = run;
  run.stopHeartbeat();
  run.handoff.settle({ state: 'elsewhere' });
  if (workload.runs.get(id.key) === run) workload.runs.delete(id.key);
  workload.pending -= 1;
  if (account.ordering === 'serial') {
    workload.turns.release(nameUser(id), parts.possession.turn);
  }
  if (!run.hasLate) {
    run.unregister();
    return;
  }
  workload.trackLate(run.late);
  void run.late.done.then(() => run.unregister());
}
