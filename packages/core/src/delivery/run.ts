import { repeat } from '../clock.ts';
import {
  giveUpSession,
  type Opening,
  openSession,
  type Refused,
  type Save,
  type Session,
} from '../context/session.ts';
import { disarmError } from '../describe-error.ts';
import { RunTooLongError } from '../errors.ts';
import { type Exchange, isStream, type ReplyStream } from '../exchange.ts';
import type { Reply } from '../reply/reply.ts';
import type { Dispatch } from '../router.ts';
import { type Addressed, addressReply, Ending, type Starter } from './ending.ts';
import { answerError, isOfStore, withoutContext } from './failure.ts';
import { withHeld } from './held.ts';
import { Lease, type LeaseParts, leaseOf } from './lease.ts';
import type { LocalRun, Result } from './local.ts';
import { RunExchange } from './run-exchange.ts';
import { follow } from './stream.ts';
import { keyOf } from './undelivered.ts';

/** What a run is made of. */
export interface RunParts extends LeaseParts {
  readonly dispatch: Dispatch;
  readonly native: unknown;
  readonly delivery: LocalRun['delivery'];
  /** When the window of that delivery closes, on the account's clock. */
  readonly closing: number;
  /** Resolves when it is this message's turn among those of its user. */
  readonly turn: Promise<void> | undefined;
  readonly opening: Opening;
  readonly starter: Starter & {
    /** Called when nothing runs any more: with a stream that is later than its result. */
    endRun(run: LocalRun): void;
  };
}

/** The platform hangs up after 5 s and delivers again: in terms of the window, which is 4.5 s. */
const HANGS_UP = 10 / 9;
/** A stream answers this share of the last window before its end, so that other processes hear of it. */
const AHEAD = 1 / 20;

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function';
}

/** The handlers' one run for all deliveries of a message. */
export class Run implements LocalRun {
  readonly delivery: LocalRun['delivery'];
  closing: number;
  readonly result: Promise<Result>;
  readonly #parts: RunParts;
  #controller: AbortController | undefined;
  #stopBeating: (() => void) | undefined;
  readonly #ending: Ending;
  readonly #lease: Lease;
  #session: Session | undefined;
  /** When the handlers were called. */
  #since = Number.POSITIVE_INFINITY;
  #overrun: ((error: Error) => void) | undefined;
  #isStreaming = false;
  /** Whether the changes of the context are saved: what a handler that failed did is not. */
  #isKept = true;
  /** The result of a stream that had to answer before its end. */
  #early: Promise<Result> | undefined;
  #resolve: (result: Result | Promise<Result>) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.delivery = parts.delivery;
    this.closing = parts.closing;
    this.#ending = new Ending(parts);
    this.#lease = new Lease(parts);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    void this.#run();
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  takeReady(): Addressed | undefined {
    return this.#ending.takeReady();
  }

  giveUp(): void {
    if (this.#parts.account.abortAtDeadline) this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { id, account, message, opening, turn } = this.#parts;
    let exchange: Exchange | undefined;
    try {
      if (account.interrupts?.(message)) await account.deliveries.interrupt(id);
      if (turn) {
        this.#startBeating();
        await turn;
      }
      const opened = openSession(account, id, opening);
      if (opened instanceof Promise) this.#startBeating();
      this.#session = opened instanceof Promise ? await opened : opened;
      exchange = new RunExchange(this.#parts, this.#session.context, this);
      this.#resolve(await this.#answer(exchange, this.#session));
    } catch (error) {
      await this.#fail(error, exchange).then(this.#resolve, (failure: unknown) =>
        this.#refuse(failure),
      );
    } finally {
      this.#stopBeating?.();
      this.#lease.end();
      this.#parts.starter.endRun(this);
    }
  }

  #refuse(failure: unknown): void {
    const { account, starter, message } = this.#parts;
    if (!starter.isAnswering()) {
      const details = { err: failure, ...keyOf(message) };
      account.logger.error(details, 'a run failed that no delivery waits for');
    }
    this.result.catch(() => {});
    this.#reject(failure);
  }

  #exchangeWithout(error: unknown): Exchange {
    const { account, delivery, message, native } = this.#parts;
    const { client } = account;
    const { signal } = this.#stop;
    return withoutContext({ message, delivery, client, native, signal, state: {} }, error);
  }

  get #stop(): AbortController {
    this.#controller ??= new AbortController();
    return this.#controller;
  }

  /** Calls the handlers, and ends the run with what they give. */
  async #answer(exchange: Exchange, session: Session): Promise<Result> {
    const { account, dispatch } = this.#parts;
    this.#since = account.clock.now();
    const given =
      account.lateReply === 'hold'
        ? withHeld(
            exchange,
            account,
            async () => dispatch(exchange),
            () => {
              this.#isKept = false;
            },
          )
        : dispatch(exchange);
    const answer = isThenable(given) ? await this.#untilOverrun(given) : given;
    if (!isStream(answer)) {
      const addressed = addressReply(answer, exchange, account);
      return this.#ending.conclude(addressed, exchange, session, true);
    }
    const pieces = await this.#follow(answer, exchange);
    if (this.#early) await session.end((save) => this.#endSession(save), this.#isKept);
    const passive = this.#early ? undefined : pieces.shift();
    const addressed = addressReply(passive, exchange, account);
    const result = this.#early ?? this.#ending.conclude(addressed, exchange, session, this.#isKept);
    await result;
    for (const piece of pieces) this.#ending.send(piece, exchange);
    return result;
  }

  /** Follows a stream; gives what is left to answer, unless it answered early, and then to send. */
  async #follow(stream: ReplyStream, exchange: Exchange): Promise<Reply[]> {
    const { id, account, message } = this.#parts;
    const { deliveries, interrupts, logger, replyWindow } = account;
    this.#isStreaming = true;
    const unlisten = interrupts && deliveries.onInterrupt(id, () => this.#stop.abort());
    try {
      const following = follow(stream, {
        clock: account.clock,
        left: () => this.#left(),
        interval: replyWindow,
        stop: this.#stop.signal,
        check: (reply) => void addressReply(reply, exchange, account),
        answer: (reply) => {
          if (reply) this.#answerNow(reply, exchange);
          if (!account.abortAtDeadline) return;
          logger.warn(keyOf(message), 'a stream was stopped at the deadline (abortAtDeadline)');
          this.#stop.abort();
        },
        send: (reply) => this.#ending.send(reply, exchange),
      });
      return await this.#untilOverrun(following);
    } finally {
      unlisten?.();
    }
  }

  /** The last delivery waits for it right now. */
  #answerNow(reply: Reply, exchange: Exchange): void {
    const { account } = this.#parts;
    const addressed = addressReply(reply, exchange, account);
    const patience = 2 * AHEAD * account.replyWindow;
    this.#early = this.#ending.conclude(addressed, exchange, undefined, false, patience);
    this.#resolve(this.#early);
  }

  /** Milliseconds until a stream has to answer, so that its reply reaches the last delivery. */
  #left(): number {
    const { clock, maxDeliveries, replyWindow } = this.#parts.account;
    const windows = (maxDeliveries - this.delivery.attempt) * HANGS_UP - AHEAD;
    return this.closing + windows * replyWindow - clock.now();
  }

  /** Waits for the handlers, for `maxRun` at most. What they give after that is not lost in silence. */
  #untilOverrun<T>(work: PromiseLike<T>): Promise<T> {
    this.#startBeating();
    const { logger } = this.#parts.account;
    const key = () => keyOf(this.#parts.message);
    return new Promise((resolve, reject) => {
      this.#overrun = (error) => {
        reject(error);
        // A stream is stopped, so that nothing of it comes later.
        if (this.#isStreaming) return;
        work.then(
          () => logger.warn(key(), 'a handler ended after maxRun; its reply was dropped'),
          (late: unknown) => logger.error({ err: late, ...key() }, 'a handler failed after maxRun'),
        );
      };
      work.then(resolve, reject);
    });
  }

  /** A run that has to wait for something says that it lives. */
  #startBeating(): void {
    const { account } = this.#parts;
    const beats = Math.min(leaseOf(account) / 3, account.maxRun);
    this.#stopBeating ??= repeat(account.clock, () => this.#beat(), beats);
  }

  #beat(): void {
    const { clock, maxRun } = this.#parts.account;
    this.#session?.renew();
    if (!this.#early) void this.#keepClaim();
    if (clock.now() - this.#since < maxRun - 1) return;
    this.#since = Number.POSITIVE_INFINITY;
    this.#overrun?.(new RunTooLongError(`a handler did not end within ${maxRun} ms (maxRun)`));
    this.#stop.abort();
  }

  async #keepClaim(): Promise<void> {
    const state = await this.#lease.renew();
    if (state === 'lost') this.#stop.abort();
    if (state === 'late') this.giveUp();
  }

  /** Ends the session of a stream whose reply the store has already. */
  async #endSession(save?: Save): Promise<Refused | undefined> {
    const { id, account, opening } = this.#parts;
    if (save) return account.contexts.save(id, save.record, save.options);
    if (opening.lock) await account.contexts.release(id, opening.lock);
    return undefined;
  }

  async #fail(thrown: unknown, known: Exchange | undefined): Promise<Result> {
    const error = disarmError(thrown);
    const { account, message } = this.#parts;
    const exchange = known ?? this.#exchangeWithout(error);
    const isLast = this.delivery.attempt >= account.maxDeliveries;
    if (account.retryOnError && !isOfStore(error) && !this.#early && !isLast) {
      const details = { err: error, ...keyOf(message) };
      account.logger.warn(details, 'a handler failed; the next delivery runs it again');
      await this.#ending.giveBack(this.#session);
      return { state: 'again' };
    }
    if (!this.#session) giveUpSession(account, this.#parts.id, this.#parts.opening);
    let answer: Addressed;
    try {
      answer = await answerError(error, exchange, account);
    } catch (failure) {
      this.#ending.giveBack(this.#session).catch(() => {});
      throw failure;
    }
    if (!this.#early) return this.#ending.conclude(answer, exchange, this.#session);
    if (answer.reply) this.#ending.send(answer.reply, exchange);
    this.#session?.end(() => this.#endSession(), false).catch(() => {});
    return this.#early;
  }
}
