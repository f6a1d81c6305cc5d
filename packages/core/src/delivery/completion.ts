import type { Account } from '../account.ts';
import { runInBackground } from '../background.ts';
import type { Refused, Save } from '../context/transaction.ts';
import { StoreError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Message } from '../message/message.ts';
import { type AddressedReply, addressReply } from '../reply/address.ts';
import type { Reply, ReplyLike } from '../reply/reply.ts';
import { MAX_TEXT_BYTES, splitText } from '../reply/split.ts';
import { storeFailed } from '../store-failure.ts';
import type { Tree } from '../tree.ts';
import { type MessageKey, messageKey } from '../undelivered.ts';
import type { Service } from './claim.ts';
import { LateReplies } from './late-replies.ts';
import type { Run } from './run.ts';
import type { CompletionResult, DeliveryId, Finish } from './store.ts';
import type { Workload } from './workload.ts';

/** A reply as far as one answer holds it, and what comes after that. */
export interface FittedReply extends AddressedReply {
  readonly whole?: Reply | undefined;
  readonly rest?: Reply | undefined;
}

/** Milliseconds in which another delivery asks for a reply: more than the platform takes to deliver again. */
export function parkingMilliseconds({ replyWindow }: Account): number {
  return replyWindow + 1500;
}

/**
 * Addresses a reply to who sent the message, and cuts a text that is too long for one answer.
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
  const fitted = addressReply(first, message, logger);
  return { ...fitted, whole: reply, rest: { type: 'text', content: rest.join('') } };
}

/** Gives what the user sees when the last window closes. */
export function fitPending(message: Message, account: Account): FittedReply {
  const { logger, pending } = account;
  try {
    return fitReply(
      { account, message },
      typeof pending === 'function' ? pending(message) : pending,
    );
  } catch (error) {
    logger.error({ err: error, ...messageKey(message) }, '`pending` failed; answered success');
    return {};
  }
}

/** Answers for a run that is not here, or not over: what one answer cannot hold is sent late. */
export function answerInPlace(
  { tree, rest }: FittedReply,
  { account, workload }: Service,
  createExchange: () => Exchange,
): Tree | undefined {
  if (rest) {
    const late = new LateReplies(createExchange(), account);
    late.send(rest, 'rest');
    workload.trackLate(late);
  }
  return tree;
}

/**
 * Ends a run with its reply, and what it changed in the context: those who wait here are given it,
 * or another delivery asks for it, or it is sent late. That is decided by the store, in one step.
 */
export async function complete(
  run: Run,
  fitted: FittedReply,
  patience: number = parkingMilliseconds(run.account),
): Promise<void> {
  const { account, handoff, id, message, workload } = run;
  // It was abandoned when the webhook was closed.
  if (run.isStale) return;
  const { result, answering } = await store(run, fitted);
  if (result === 'stale') {
    const text = 'a run lost its lease, and its reply was dropped: another run answers';
    account.logger.warn(messageKey(message), text);
    run.isStale = true;
    handoff.settle({ state: 'elsewhere' });
    return;
  }
  const { tree, reply, whole, rest, warn } = fitted;
  const key = messageKey(message);
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
    // Until another delivery has it, or it is sent, this process answers for it.
    runInBackground(() => run.heartbeat.register());
    park({
      late: run.late,
      account,
      workload,
      id,
      key,
      reply,
      rest,
      patience,
      releases: answering,
    });
  }
}

/** A reply that waits for another delivery. */
export interface ParkedReply {
  readonly account: Account;
  readonly workload: Workload;
  readonly id: DeliveryId;
  readonly key: MessageKey;
  readonly late: LateReplies;
  readonly reply: Reply;
  readonly rest: Reply | undefined;
  /** Milliseconds. */
  readonly patience: number;
  /** The delivery that held it and has gone; 0: none. */
  readonly releases: number;
}

/** Has a reply wait for another delivery, and sends it late when none comes. */
export function park(parked: ParkedReply): void {
  const { late, reply, rest } = parked;
  const watching = watch(parked);
  late.send(reply, 'late', () => watching);
  if (rest) late.send(rest, 'rest');
}

/** Whether no delivery asked for the reply in the time in which the platform delivers again. */
async function watch(parked: ParkedReply): Promise<boolean> {
  const { account, workload, id, patience, releases } = parked;
  return isUnsent(parked, async () => {
    if (releases > 0 && !(await account.deliveries.releaseReply(id, releases))) return false;
    await workload.sleep(account.clock, patience);
    return account.deliveries.claimLateReply(id);
  });
}

/** Sends a reply that no delivery may have any more, unless another process has done so. */
function sendLate(run: Run, reply: Reply): void {
  const { account, id, message } = run;
  const sending = { account, key: messageKey(message) };
  run.late.send(reply, 'late', () =>
    isUnsent(sending, () => account.deliveries.claimLateReply(id)),
  );
}

async function isUnsent(
  { account, key }: Pick<ParkedReply, 'account' | 'key'>,
  claim: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await claim();
  } catch (error) {
    const text = 'could not tell whether the reply was delivered; sending it anyway';
    account.logger.warn({ err: error, ...key }, text);
    return true;
  }
}

/** Tells the store, again when the context has to be merged with what another process saved. */
async function store(run: Run, fitted: FittedReply): Promise<Completion> {
  const { isKept, transaction } = run;
  if (isKept && transaction?.isOver) await transaction.context.flush();
  for (;;) {
    const save = isKept && !run.hasResponded ? transaction?.pendingSave() : undefined;
    const completion = await storeOnce(run, fitted, save);
    if ('result' in completion) {
      if (save) transaction?.accept(save);
      return completion;
    }
    transaction?.rebase(completion);
  }
}

async function storeOnce(
  run: Run,
  { tree, reply, whole }: FittedReply,
  save: Save | undefined,
): Promise<Completion | Refused> {
  const { account, handoff, message, owner } = run;
  const outcome = reply && tree ? { reply, time: Number(tree['CreateTime']) } : null;
  const answering = handoff.newest;
  if (answering > 0) handoff.offer({ state: 'respond', tree }, save !== undefined);
  try {
    const result = await finish(run, { owner, outcome, answering }, save, whole);
    if (typeof result === 'string') return { result, answering };
    if (Object.hasOwn(Object(result) as object, 'current')) return result;
    throw new StoreError('the delivery store failed: finish() gave no result');
  } catch (error) {
    if (save) throw storeFailed('context', error);
    const details = { err: error, ...messageKey(message) };
    account.logger.warn(details, 'the end of a run could not be stored');
    return { result: answering > 0 ? 'respond' : 'defer', answering };
  }
}

/** What the store decided, and for which delivery it was asked. */
interface Completion {
  readonly result: CompletionResult;
  readonly answering: number;
}

async function finish(
  run: Run,
  how: Finish,
  save: Save | undefined,
  whole: Reply | undefined,
): Promise<CompletionResult | Refused> {
  const { account, id, parts, transaction } = run;
  const { contexts, deliveries, lateReply, unit } = account;
  if (!transaction || run.hasResponded) return deliveries.finish(id, how);
  if (lateReply !== 'hold') return unit.commit(id, how, parts.possession.lock, save);
  // A late reply is held before the lock is given back: the user's next message may ask for it.
  const options = save && { ...save.options, keepLock: true };
  const refused = options && (await contexts.save(id, save.record, options));
  if (refused) return refused;
  const result = await deliveries.finish(id, how);
  if (result === 'defer' && whole) {
    run.isHeld = true;
    sendLate(run, whole);
    await run.late.done;
  }
  if (parts.possession.lock) await contexts.release(id, parts.possession.lock);
  return result;
}
