import type { Account } from '../account.ts';
import { type Opening, openSession, type Save, type Session } from '../context/session.ts';
import { ContextConflictError, RunTooLongError, StoreError } from '../errors.ts';
import type { Answer, Exchange } from '../exchange.ts';
import type { ReplyLike } from '../reply/reply.ts';
import type { Dispatch } from '../router.ts';
import { type Addressed, addressReply, createEnding } from './ending.ts';
import { withHeld } from './held.ts';
import type { Result, Run } from './local.ts';
import type { DeliveryId } from './store.ts';
import { follow, isStream } from './stream.ts';
import { keyOf } from './undelivered.ts';

/** What a run is made of. */
export interface RunParts {
  readonly id: DeliveryId;
  readonly owner: string;
  readonly account: Account;
  readonly dispatch: Dispatch;
  /** The exchange, but for what the run adds. */
  readonly exchange: Omit<Exchange, 'context' | 'signal'>;
  /** Resolves when it is this message's turn among those of its user. */
  readonly turn: Promise<void> | undefined;
  readonly opening: Opening;
  /** Whether the delivery that started the run is still there to be answered. */
  readonly isAnswering: () => boolean;
  /** Milliseconds until a stream has to answer, so that it reaches the last delivery. */
  readonly left: () => number;
}

/** Milliseconds for which a run is safe while its process does not say that it lives. */
export const leaseOf = ({ replyWindow }: Account): number =>
  Math.min(Math.max(replyWindow, 1000), 4500);

/** Runs the handlers, once for all deliveries of a message. */
export function startRun(parts: RunParts): Run {
  const { id, owner, account, opening } = parts;
  const { contexts, deliveries, logger, maxRun } = account;
  const { message } = parts.exchange;
  const stop = new AbortController();
  const ending = createEnding({ ...parts, lock: opening.lock });
  let session: Session | undefined;
  let since = Number.POSITIVE_INFINITY;
  let overrun: (error: Error) => void = () => {};
  /** The result of a stream that had to answer before its end. */
  let early: Promise<Result> | undefined;
  let settle: (result: Promise<Result>) => void = () => {};

  function beat(): void {
    session?.renew();
    if (!early) void keepClaim();
    if (performance.now() - since < maxRun - 1) return;
    since = Number.POSITIVE_INFINITY;
    overrun(new RunTooLongError(`a handler did not end within ${maxRun} ms (maxRun)`));
    stop.abort();
  }

  async function keepClaim(): Promise<void> {
    const lease = { owner, lease: leaseOf(account) };
    const state = await deliveries.renew(id, lease).catch(() => 'unknown');
    if (state === 'lost') stop.abort();
    if (state === 'late') giveUp();
  }

  function giveUp(): void {
    if (account.abortAtDeadline) stop.abort();
  }

  async function run(): Promise<Result> {
    const timer = setInterval(beat, Math.min(leaseOf(account) / 3, maxRun)).unref();
    let exchange: Exchange | undefined;
    try {
      if (account.interrupts?.(message)) await deliveries.interrupt(id);
      await parts.turn;
      session = await openSession(account, id, opening);
      exchange = { ...parts.exchange, context: session.context, signal: stop.signal };
      since = performance.now();
      const replies = await handle(exchange);
      if (early) await session.commit(endSession);
      const result = early ?? ending.conclude(replies.shift() ?? {}, exchange, session, true);
      for (const { reply } of replies) if (reply) ending.send(reply, exchange);
      return await result;
    } catch (error) {
      return await fail(error, exchange ?? withoutContext(parts.exchange, stop.signal, error));
    } finally {
      clearInterval(timer);
    }
  }

  /** Gives the replies of the handlers, the passive one first, unless a stream answered early. */
  async function handle(exchange: Exchange): Promise<Addressed[]> {
    const address = (reply: ReplyLike) => addressReply(reply, exchange, account);
    const overdue = new Promise<never>((_, reject) => {
      overrun = reject;
    });
    const work = withHeld(exchange, account, async () => parts.dispatch(exchange));
    const answer = await Promise.race([work, overdue]).catch((error: unknown) => {
      if (error instanceof RunTooLongError) forget(work);
      throw error;
    });
    if (!isStream(answer)) return [address(answer)];
    const unlisten = account.interrupts && deliveries.onInterrupt(id, () => stop.abort());
    try {
      const following = follow(answer, {
        left: parts.left,
        interval: account.replyWindow,
        stop: stop.signal,
        answer: (reply) => {
          early = ending.conclude(address(reply), exchange);
          settle(early);
          if (!account.abortAtDeadline) return;
          logger.warn(keyOf(message), 'a stream was stopped at the deadline (abortAtDeadline)');
          stop.abort();
        },
        send: (reply) => ending.send(reply, exchange),
      });
      return (await Promise.race([following, overdue])).map(address);
    } finally {
      unlisten?.();
    }
  }

  /** Nobody waits for a handler any more that ran too long; what it gives is not lost in silence. */
  function forget(work: Promise<Answer>): void {
    work.then(
      () => logger.warn(keyOf(message), 'a handler ended after maxRun; its reply was dropped'),
      (error: unknown) => {
        logger.error({ err: error, ...keyOf(message) }, 'a handler failed after maxRun');
      },
    );
  }

  async function endSession(save?: Save) {
    if (save) return contexts.save(id, save.record, save.options);
    if (opening.lock) await contexts.release(id, opening.lock);
    return undefined;
  }

  async function fail(error: unknown, exchange: Exchange): Promise<Result> {
    const isOfStore = error instanceof StoreError || error instanceof ContextConflictError;
    const isLast = parts.exchange.delivery.attempt >= account.maxDeliveries;
    if (account.retryOnError && !isOfStore && !early && !isLast) {
      logger.warn({ err: error, ...keyOf(message) }, 'a handler failed; the next delivery runs it');
      await ending.giveBack(session);
      return { state: 'again' };
    }
    let answer: Addressed;
    try {
      answer = await answerError(error, exchange, account);
    } catch (failure) {
      ending.giveBack(session).catch(() => {});
      throw failure;
    }
    if (!early) return ending.conclude(answer, exchange, session);
    if (answer.reply) ending.send(answer.reply, exchange);
    session?.abandon(endSession).catch(() => {});
    return early;
  }

  const running = run();
  const result = new Promise<Result>((resolve, reject) => {
    settle = resolve;
    running.then(resolve, reject);
  });
  const over = running.then(
    () => {},
    () => {},
  );
  return { result, over, takeReady: () => ending.takeReady(), giveUp };
}

/** Asks `onError` for the reply. Rejects with the error of a store for which it does not answer. */
export async function answerError(
  error: unknown,
  exchange: Exchange,
  account: Account,
): Promise<Addressed> {
  const isOfStore = error instanceof StoreError || error instanceof ContextConflictError;
  const { logger, onError } = account;
  const key = keyOf(exchange.message);
  if (isOfStore && !onError) throw error;
  try {
    if (onError) return addressReply(await onError(error, exchange), exchange, account);
    logger.error({ err: error, ...key }, 'a handler failed; answered success');
  } catch (second) {
    if (isOfStore && second === error) throw error;
    const details = { err: second, cause: error, ...key };
    logger.error(details, 'onError failed itself; answered success');
  }
  return {};
}

/** The exchange for `onError` when the context could not be had: asking for it throws why. */
export function withoutContext(
  exchange: RunParts['exchange'],
  signal: AbortSignal,
  error: unknown,
): Exchange {
  return {
    ...exchange,
    signal,
    get context(): never {
      throw error;
    },
  };
}
