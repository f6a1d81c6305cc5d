import type { Account } from '../../account.ts';
import { runInBackground } from '../../background.ts';
import { type TurnWatcher, watchTurn } from '../../clock.ts';
import type { WechatContext } from '../../context/context.ts';
import type { Turn } from '../../context/keyed-mutex.ts';
import type { ContextLock, Loaded } from '../../context/store.ts';
import { ContextTransaction } from '../../context/transaction.ts';
import type { DeliveryState, Exchange } from '../../exchange.ts';
import type { Message } from '../../message/message.ts';
import type { Reply } from '../../reply/reply.ts';
import type { Dispatch } from '../../router.ts';
import { messageKey, UndeliveredError } from '../../undelivered.ts';
import type { WaitUntil } from '../../wait-until.ts';
import { within } from '../../with-timeout.ts';
import { joinReplies, LateReplies, reportUndelivered } from '../late/late-replies.ts';
import type { DeliveryId } from '../store.ts';
import type { ActiveRun, Workload } from '../workload.ts';
import { createExchange, describeDelivery, STOPPED } from './exchanges.ts';
import { ELSEWHERE, Handoff } from './handoff.ts';
import { Heartbeat, type LivingRun } from './heartbeat.ts';
import type { RunWatch } from './run-watch.ts';

/** The services that answer an account's deliveries. */
export interface Service {
  readonly account: Account;
  readonly workload: Workload;
  readonly dispatch: Dispatch;
  /** Passes work that continues after the response to the host. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** A run's rights: its owner in the store, its turn, its lock. */
export interface Possession {
  readonly owner: string;
  /** Milliseconds. */
  readonly lease: number;
  /** The place among the user's messages, when it had to queue. */
  readonly turn: Turn | undefined;
  readonly lock: ContextLock | undefined;
}

/** The parts of a run. */
export interface RunParts {
  readonly id: DeliveryId;
  /** The user's key in the queue of messages. */
  readonly user: string;
  readonly service: Service;
  readonly possession: Possession;
  readonly loaded: Loaded | undefined;
  readonly message: Message;
  readonly native: unknown;
  readonly body: string;
}

const NOTHING: readonly Reply[] = [];
const NO_REPLY: Reply = { type: 'none' };

/** Milliseconds, at most, for which a run that is abandoned waits for the store. */
const ASKED = 1000;

/**
 * The single run of the handlers for all deliveries of a message. Rarely needed parts are created
 * on demand.
 */
export class Run implements ActiveRun, LivingRun, TurnWatcher {
  readonly id: DeliveryId;
  readonly owner: string;
  lease: number;
  readonly account: Account;
  readonly workload: Workload;
  readonly message: Message;
  readonly parts: RunParts;
  readonly handoff: Handoff;
  /** The latest delivery, and its reply deadline on the account's clock. */
  attempt: number;
  closing: number;
  /** Whether it has its turn, and the context is available. */
  isBegun = false;
  /** Whether changes of the context are saved; those of a failed handler are not. */
  isKept = true;
  /** Whether a stream has answered before its end. */
  hasResponded = false;
  /** Whether a late reply, or the rest of one, was held while the run still had its lock. */
  isHeld = false;
  /** Whether it has failed, and another delivery may run the message. */
  isGivenUp = false;
  /** Whether another run has replaced it. */
  isStale = false;
  /** Whether another owner was seen to have it. */
  wasTaken = false;
  /** Whether its handlers have asked for the signal: what they give once it is aborted may be cut short. */
  isHeard = false;
  isOver = false;
  /** Whether it took longer than `maxRun`. */
  isOverrun = false;
  since = Number.POSITIVE_INFINITY;
  overrun: ((error: Error) => void) | undefined = undefined;
  /** The reply, while the store fails to take it. */
  unstored: Reply | undefined = undefined;
  /** The held replies that were taken for this message: another is to have them when this one fails. */
  held: readonly Reply[] = NOTHING;
  /** The replies the user has already received of a running stream. */
  said: readonly Reply[] = NOTHING;
  /** The pieces of a running stream that are not sent yet, and what follows a reply. */
  unsaid: readonly Reply[] = NOTHING;
  /** Called when its late replies are sent as well. */
  onDone: (() => void) | undefined = undefined;
  /** The context, if it was loaded. */
  transaction: ContextTransaction | undefined = undefined;
  exchange: Exchange | undefined = undefined;
  /** Publishes the run, if there are subscribers. */
  watch: RunWatch | undefined = undefined;
  #delivery: { -readonly [K in keyof DeliveryState]: DeliveryState[K] } | undefined = undefined;
  #heartbeat: Heartbeat | undefined = undefined;
  #late: LateReplies | undefined = undefined;
  #controller: AbortController | undefined = undefined;

  constructor(parts: RunParts, attempt: number, closing: number) {
    const { account, workload } = parts.service;
    this.parts = parts;
    this.id = parts.id;
    this.owner = parts.possession.owner;
    this.lease = parts.possession.lease;
    this.account = account;
    this.workload = workload;
    this.message = parts.message;
    this.attempt = Math.floor(attempt);
    this.closing = closing;
    this.handoff = new Handoff(account.clock, account.replyWindow);
  }

  /** The value of `exchange.delivery`. */
  get delivery(): DeliveryState {
    this.#delivery ??= describeDelivery(this.account, this.attempt, this.closing);
    return this.#delivery;
  }

  meet(attempt: number, closing: number): void {
    // The platform does not wait longer for a copy.
    if (!Number.isInteger(attempt)) return;
    // Their claims may have been answered in another order.
    this.attempt = Math.max(this.attempt, attempt);
    this.closing = Math.max(this.closing, closing);
    if (!this.#delivery) return;
    Object.assign(this.#delivery, describeDelivery(this.account, this.attempt, this.closing));
  }

  /** The lock that the run has to release. */
  get lock(): ContextLock | undefined {
    const isTaken = this.account.steps.open ? this.transaction : this.isBegun;
    return isTaken ? this.parts.possession.lock : undefined;
  }

  /** Loads the context on first use, when that needs no waiting. */
  openContext(): WechatContext {
    this.transaction ??= this.#open();
    return this.transaction.context;
  }

  #open(): ContextTransaction {
    const { account, id, parts } = this;
    const { lock } = parts.possession;
    const record = account.steps.open?.(id, this.isOver ? undefined : lock);
    return new ContextTransaction(account, id, lock, record);
  }

  /** Makes a run that does not end at once visible to deliveries of this process. */
  show(): void {
    this.workload.runs.set(this.id.key, this);
  }

  /** Starts the heartbeat at the end of this turn of the event loop: most runs have ended by then. */
  stayAlive(): void {
    watchTurn(this);
  }

  onTurnEnd(): void {
    if (!this.isOver && !this.isStale) this.heartbeat.start();
  }

  get heartbeat(): Heartbeat {
    this.#heartbeat ??= new Heartbeat(this);
    return this.#heartbeat;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(STOPPED);
  }

  get late(): LateReplies {
    this.#late ??= new LateReplies(this.exchange ?? createExchange(this), this.account);
    return this.#late;
  }

  /** Resolves when its late replies so far are sent. */
  async lateDone(): Promise<void> {
    await this.#late?.done;
  }

  /** Sends what follows its reply. */
  sendUnsaid(): void {
    const pieces = this.unsaid;
    this.unsaid = NOTHING;
    for (const piece of pieces) this.late.send(piece, 'rest');
  }

  /** Has `close()`, and the host, wait for what goes on after the run, which stays registered until then. */
  track(work: Promise<void>): void {
    const { account, id, message, owner, parts, workload } = this;
    const { registrations } = workload;
    runInBackground(() => registrations.enter(id, account, { owner, message }));
    const ended = work.finally(() => registrations.leave(id, account));
    workload.track(ended);
    parts.service.waitUntil?.(ended);
  }

  /** Holds again what was held, as this run answers nobody. */
  holdAgain(): void {
    if (this.hasResponded) return;
    for (const reply of this.held) this.late.send(reply);
    this.held = NOTHING;
  }

  /** Records that the last delivery was answered without the reply. */
  closeWindow(): void {
    if (this.account.abortAtDeadline) this.abort();
  }

  /**
   * Abandons the run because the webhook is closed, and reports what the user has of a stream, and what
   * is missing.
   */
  async abandon(cause: Error): Promise<void> {
    const { handoff, said, unstored } = this;
    const isAnswered = handoff.isTaken && !unstored && said.length === 0;
    const unsent = this.#late?.takeUnsent() ?? [];
    this.isStale = true;
    this.watch?.conclude('abandoned');
    this.abort();
    this.#heartbeat?.stop();
    this.#heartbeat?.unregister();
    handoff.settle({ state: 'failed', error: cause });
    const seen = said.flatMap((reply) => unsent.find((one) => one.reply === reply)?.sent ?? reply);
    const unsaid = this.unsaid.map((reply) => ({ missing: reply, cause }));
    const missing = [...unsent, ...unsaid];
    if (seen.length > 0) await this.#report(joinReplies(seen), cause, true);
    for (const one of missing) await this.#report(one.missing, one.cause);
    if (isAnswered || seen.length + missing.length > 0 || (await this.#isElsewhere())) return;
    await this.#report(unstored ?? NO_REPLY, cause);
  }

  /** Asks the store whether another owner has the run, or has ended it: that one answers. */
  async #isElsewhere(): Promise<boolean> {
    const { account, id, owner, parts } = this;
    // Should it have the run itself, others need not wait for its lease.
    const asked = { owner, lease: 1, body: parts.body, attempt: 0 };
    const asking = account.deliveries.claim(id, asked).catch(() => undefined);
    const claimed = (await within(asking, ASKED, undefined, account.clock))?.value;
    if (claimed?.state !== 'ended') return claimed?.state === 'running';
    return claimed.owner !== undefined && claimed.owner !== owner;
  }

  #report(reply: Reply, cause: Error, isSeen = false): Promise<void> {
    const error = new UndeliveredError(reply, messageKey(this.message), cause, isSeen);
    return reportUndelivered(error, this.exchange ?? createExchange(this), this.account);
  }

  /** Releases everything it holds in this process. */
  end(): void {
    const { account, id, parts, workload } = this;
    this.isOver = true;
    this.watch?.end();
    this.#heartbeat?.stop();
    if (!this.handoff.hasSettled) this.handoff.settle(ELSEWHERE);
    if (workload.runs.get(id.key) === this) workload.runs.delete(id.key);
    workload.pending -= 1;
    if (account.ordering === 'serial') workload.turns.release(parts.user, parts.possession.turn);
    if (!this.#late) {
      this.#heartbeat?.unregister();
      this.onDone?.();
      return;
    }
    workload.trackLate(this.#late);
    void this.#late.done.then(() => {
      this.#heartbeat?.unregister();
      this.onDone?.();
    });
  }
}
