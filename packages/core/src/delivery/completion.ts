import type { Account } from '../account.ts';
import { type Awaitable, isPromise } from '../awaitable.ts';
import { runInBackground } from '../background.ts';
import type { ContextTransaction, Refused, Save } from '../context/transaction.ts';
import { StoreError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Message } from '../message/message.ts';
import { type AddressedReply, addressReply } from '../reply/address.ts';
import type { Reply, ReplyLike } from '../reply/reply.ts';
import { MAX_TEXT_BYTES, splitText } from '../reply/split.ts';
import { storeFailed } from '../store-failure.ts';
import type { Tree } from '../tree.ts';
import { type MessageKey, messageKey } from '../undelivered.ts';
import { askAgain } from './ask-again.ts';
import { leaseMilliseconds } from './heartbeat.ts';
import { LateReplies } from './late-replies.ts';
import type { Run, Service } from './run.ts';
import type { CompletionResult, DeliveryId, Finish } from './store.ts';
import type { Workload } from './workload.ts';

/** The part of a reply that fits one answer, and the rest. */
export interface FittedReply extends AddressedReply {
  readonly whole?: Reply | undefined;
  readonly rest?: Reply | undefined;
}

/**
 * Returns the milliseconds within which another delivery must ask for a reply: more than the
 * platform takes to deliver again.
 */
export function parkingMilliseconds({ replyWindow }: Account): number {
  return replyWindow + 1500;
}

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
export function complete(run: Run, fitted: FittedReply, patience?: number): Awaitable<void> {
  if (!run.handoff.isUnsure) return completeNow(run, fitted, patience);
  return run.handoff.lookAround().then(() => completeNow(run, fitted, patience));
}

function completeNow(run: Run, fitted: FittedReply, patience?: number): Awaitable<void> {
  // It was abandoned when the webhook was closed.
  if (run.isStale) return undefined;
  const stored = store(run, fitted);
  if (!isPromise(stored)) return give(run, fitted, stored, patience);
  return stored.then((completion) => give(run, fitted, completion, patience));
}

/** Handles a reply as the store has decided. */
function give(
  run: Run,
  fitted: FittedReply,
  { result, answering }: Completion,
  patience: number | undefined,
): void {
  const { account, handoff, id, message, workload } = run;
  if (result === 'stale') {
    const text = 'a run lost its lease, and its reply was dropped: another run answers';
    account.logger.warn({ message: messageKey(message) }, text);
    run.isStale = true;
    run.watch?.conclude('superseded');
    handoff.settle({ state: 'elsewhere' });
    return;
  }
  const { tree, reply, whole, rest, warn } = fitted;
  run.watch?.conclude(reply ? 'replied' : 'silent');
  const isGiven = result === 'respond' && handoff.settle({ state: 'respond', tree });
  handoff.settle({ state: 'elsewhere' });
  // What has no tree goes nowhere later either.
  if (isGiven || !tree) warn?.();
  if (!reply || !whole) return;
  if (isGiven) {
    if (rest) run.late.send(rest, 'rest');
  } else if (result === 'defer') {
    if (!run.isHeld) sendLate(run, whole);
  } else {
    park({
      late: run.late,
      account,
      workload,
      id,
      owner: run.owner,
      message,
      isRecovered: run.isRecovered,
      reply,
      rest,
      patience: patience ?? parkingMilliseconds(account),
      releases: answering,
    });
  }
}

/** A reply that is parked for another delivery. */
export interface ParkedReply {
  readonly account: Account;
  readonly workload: Workload;
  readonly id: DeliveryId;
  /** The owner of its run; '' when another process ran it. */
  readonly owner: string;
  readonly message: Message;
  /** Whether a process died with it once. */
  readonly isRecovered: boolean;
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
  const { account, id, isRecovered, late, message, owner, reply, rest, workload } = parked;
  const { registrations } = workload;
  const run = isRecovered ? undefined : { owner, message };
  runInBackground(() => registrations.enter(id, account, run));
  const watching = watch(parked);
  late.send(reply, 'late', () => watching);
  if (rest) late.send(rest, 'rest');
  void late.done.then(() => registrations.leave(id, account));
}

/** Waits; returns whether no delivery asked for the reply while the platform could deliver again. */
async function watch(parked: ParkedReply): Promise<boolean> {
  const { account, id, message, patience, releases, underWay, workload } = parked;
  const waiting = { account, key: messageKey(message) };
  if (releases > 0) {
    const isReleased = () => account.deliveries.releaseReply(id, releases, underWay);
    if (!(await isUnsent(waiting, isReleased))) return false;
  }
  await workload.sleep(account.clock, patience);
  const sender = crypto.randomUUID();
  return isUnsent(waiting, () => account.deliveries.claimLateReply(id, sender));
}

/** Sends a reply that no delivery can carry any more, unless another process has done so. */
function sendLate(run: Run, reply: Reply): void {
  const { account, id, message } = run;
  const sending = { account, key: messageKey(message) };
  const sender = crypto.randomUUID();
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

/** Ends the run in the store. */
function store(run: Run, fitted: FittedReply): Awaitable<Completion> {
  const isChanged = run.isKept && run.transaction?.context.modified === true;
  return isChanged ? storeChanges(run, fitted) : storeOnce(run, fitted, undefined);
}

/** Ends the run in the store, again when the context has to be merged with another process's save. */
async function storeChanges(run: Run, fitted: FittedReply): Promise<Completion> {
  const transaction = run.transaction as ContextTransaction;
  if (transaction.isOver) await transaction.context.flush();
  for (;;) {
    const save = run.hasResponded ? undefined : transaction.pendingSave();
    const completion = await storeOnce(run, fitted, save);
    if (!('current' in completion)) {
      if (save) transaction.accept(save);
      return completion;
    }
    transaction.rebase(completion);
  }
}

function storeOnce(run: Run, fitted: FittedReply, save: undefined): Awaitable<Completion>;
function storeOnce(
  run: Run,
  fitted: FittedReply,
  save: Save | undefined,
): Awaitable<Completion | Refused>;
function storeOnce(
  run: Run,
  { tree, reply, whole }: FittedReply,
  save: Save | undefined,
): Awaitable<Completion | Refused> {
  const { handoff, owner } = run;
  const outcome = reply && tree ? { reply, time: Number(tree['CreateTime']) } : null;
  const answering = handoff.newest;
  if (answering > 0) handoff.offer({ state: 'respond', tree }, save !== undefined);
  const how = { owner, outcome, answering };
  const finishing = finish(run, how, save, whole);
  if (isPromise(finishing)) return checkFinished(run, finishing, { how, save, whole });
  return typeof finishing === 'string' ? { result: finishing, answering } : finishing;
}

/** The end of a run, as told to the store. */
interface Ending {
  readonly how: Finish;
  readonly save: Save | undefined;
  readonly whole: Reply | undefined;
}

async function checkFinished(
  run: Run,
  finishing: Promise<CompletionResult | Refused>,
  ending: Ending,
): Promise<Completion | Refused> {
  const { account, message } = run;
  const { save } = ending;
  const { answering } = ending.how;
  run.watch?.startLap();
  try {
    const result = checkResult(await finishing);
    run.watch?.endLap('storeTime');
    return typeof result === 'string' ? { result, answering } : result;
  } catch (error) {
    const details = { err: error, message: messageKey(message) };
    const text = 'could not store the end of a run';
    if (answering > 0) {
      if (!save) {
        account.logger.warn(details, text);
        return { result: 'respond', answering };
      }
      if (account.onError) throw storeFailed('context', error);
    }
    const failed = storeFailed(save ? 'context' : 'delivery', error);
    // Who is refused comes again.
    const isTold = run.handoff.settle({ state: 'failed', error: failed });
    if (!isTold) account.logger.warn(details, text);
    return storeAgain(run, ending, failed);
  }
}

function checkResult(result: CompletionResult | Refused): CompletionResult | Refused {
  const isResult = typeof result === 'string' || Object.hasOwn(Object(result) as object, 'current');
  if (isResult) return result;
  throw new StoreError('the delivery store failed: finish() returned no result');
}

/** Keeps the reply of a run until the store can be written again, if the run still owns it then. */
async function storeAgain(
  run: Run,
  { how, save, whole }: Ending,
  failed: Error,
): Promise<Completion | Refused> {
  const { account, id, owner, parts } = run;
  run.unstored = whole;
  const stored = await askAgain<CompletionResult | Refused>(
    account.clock,
    async () => {
      if (run.isStale) return 'stale';
      const claim = { owner, lease: leaseMilliseconds(account), body: parts.body, attempt: 0 };
      const { state } = await account.deliveries.claim(id, claim);
      if (state === 'running') return 'stale';
      return checkResult(await finish(run, { ...how, answering: 0 }, save, whole));
    },
    () => run.isStale,
  ).catch(() => {
    if (save) throw failed;
    // Without a change to be saved the user can have it all the same.
    return 'defer' as const;
  });
  // A change that cannot be merged is another failure of the same reply.
  if (typeof stored === 'string') run.unstored = undefined;
  // It may have been claimed for who was refused then.
  const { answering } = how;
  return typeof stored === 'string' ? { result: stored, answering } : stored;
}

/** The decision of the store, and the delivery it was asked for. */
interface Completion {
  readonly result: CompletionResult;
  readonly answering: number;
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

/** Holds a late reply before the lock is released, as the user's next message may ask for it. */
async function finishHolding(
  run: Run,
  how: Finish,
  save: Save | undefined,
  whole: Reply | undefined,
): Promise<CompletionResult | Refused> {
  const { account, id, lock } = run;
  const { contexts, deliveries } = account;
  const options = save && { ...save.options, keepLock: true };
  const refused = options && (await contexts.save(id, save.record, options));
  if (refused) return refused;
  const result = await deliveries.finish(id, how);
  if (result === 'defer' && whole) {
    run.isHeld = true;
    sendLate(run, whole);
    await run.late.done;
  }
  if (lock) await contexts.release(id, lock);
  return result;
}
