import type { Account } from '../account.ts';
import { type TurnWatcher, unwatchTurn, watchTurn } from '../clock.ts';
import type { WechatContext } from '../context/context.ts';
import type { Turn } from '../context/keyed-mutex.ts';
import type { ContextLock, Loaded } from '../context/store.ts';
import { ContextTransaction } from '../context/transaction.ts';
import type { DeliveryState, Exchange, MessageClient } from '../exchange.ts';
import type { Message } from '../message/message.ts';
import type { Reply } from '../reply/reply.ts';
import type { Dispatch } from '../router.ts';
import { messageKey, UndeliveredError } from '../undelivered.ts';
import { Handoff } from './handoff.ts';
import { Heartbeat, type LivingRun } from './heartbeat.ts';
import { joinReplies, LateReplies, reportUndelivered } from './late-replies.ts';
import type { RunWatch } from './run-watch.ts';
import type { DeliveryId } from './store.ts';
import type { ActiveRun, Workload } from './workload.ts';

/** What answers the deliveries of an account. */
export interface Service {
  readonly account: Account;
  readonly workload: Workload;
  readonly dispatch: Dispatch;
}

/** What a run has of its message: who it is to the store, its place in the line, its lock. */
export interface Possession {
  readonly owner: string;
  /** Milliseconds. */
  readonly lease: number;
  /** The place among the messages of the user, when it was not its turn at once. */
  readonly turn: Turn | undefined;
  readonly lock: ContextLock | undefined;
}

/** What a run is made of. */
export interface RunParts {
  readonly id: DeliveryId;
  /** The user, as the line of their messages knows them. */
  readonly user: string;
  readonly service: Service;
  readonly possession: Possession;
  readonly loaded: Loaded | undefined;
  readonly message: Message;
  readonly native: unknown;
  readonly body: string;
  /** Whether its process died once. */
  readonly isRecovered: boolean;
}

const NOTHING: readonly Reply[] = [];

/** Why signals abort. Made once: an error for each run would cost more than the rest of it. */
const STOPPED = new DOMException('This operation was aborted', 'AbortError');

/** The handlers' one run for all deliveries of a message. What most runs do not need is made later. */
export class Run implements ActiveRun, LivingRun, TurnWatcher {
  readonly id: DeliveryId;
  readonly owner: string;
  lease: number;
  readonly account: Account;
  readonly workload: Workload;
  readonly message: Message;
  readonly isRecovered: boolean;
  readonly parts: RunParts;
  readonly handoff: Handoff;
  /** The newest delivery, and when its window closes, on the account's clock. */
  attempt: number;
  closing: number;
  /** Whether it has its turn, and the context can be had. */
  isBegun = false;
  /** Whether the changes of the context are saved: what a handler that failed did is not. */
  isKept = true;
  /** Whether a stream has answered before its end. */
  hasResponded = false;
  /** Whether a late reply was held while the run still had its lock. */
  isHeld = false;
  /** Whether another run has taken its place. */
  isStale = false;
  isOver = false;
  since = Number.POSITIVE_INFINITY;
  overrun: ((error: Error) => void) | undefined = undefined;
  /** What the user was given of a stream that goes on. */
  said: readonly Reply[] = NOTHING;
  /** The context, if it was loaded. */
  transaction: ContextTransaction | undefined = undefined;
  exchange: Exchange | undefined = undefined;
  /** Tells the diagnostics channels of it, if somebody listens. */
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
    this.isRecovered = parts.isRecovered;
    this.attempt = attempt;
    this.closing = closing;
    this.handoff = new Handoff(account.clock, account.replyWindow);
  }

  /** What the handler sees as `exchange.delivery`. */
  get delivery(): DeliveryState {
    this.#delivery ??= describeDelivery(this.account, this.attempt, this.closing);
    return this.#delivery;
  }

  meet(attempt: number, closing: number): void {
    this.attempt = attempt;
    this.closing = closing;
    if (!this.#delivery) return;
    Object.assign(this.#delivery, describeDelivery(this.account, attempt, closing));
  }

  /** The lock that the run has to give back. */
  get lock(): ContextLock | undefined {
    const isTaken = this.account.steps.open ? this.transaction : this.isBegun;
    return isTaken ? this.parts.possession.lock : undefined;
  }

  /** Loads the context when it is first asked for, where that needs no waiting. */
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

  /** Has the deliveries of this process find a run that does not end at once. */
  show(): void {
    this.workload.runs.set(this.id.key, this);
  }

  /** Says that the run lives, from the end of this turn of the event loop on: most have ended by then. */
  stayAlive(): void {
    watchTurn(this);
  }

  onTurnEnd(): void {
    if (!this.isOver) this.heartbeat.start();
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

  /** Tells that the last delivery was answered without the reply. */
  closeWindow(): void {
    if (this.account.abortAtDeadline) this.abort();
  }

  /** Ends it as far as the user is concerned, and tells so: the webhook is closed. */
  async abandon(cause: Error): Promise<void> {
    const { account, message, said } = this;
    this.isStale = true;
    this.watch?.conclude('abandoned');
    this.abort();
    this.#heartbeat?.unregister();
    this.handoff.settle({ state: 'failed', error: cause });
    const reply = said.length > 0 ? joinReplies(said) : ({ type: 'none' } as const);
    const error = new UndeliveredError(reply, messageKey(message), cause, true);
    await reportUndelivered(error, this.exchange ?? createExchange(this), account);
  }

  /** Gives up all that it has in this process. */
  end(): void {
    const { account, id, parts, workload } = this;
    this.isOver = true;
    this.watch?.end();
    unwatchTurn(this);
    this.#heartbeat?.stop();
    this.handoff.settle({ state: 'elsewhere' });
    if (workload.runs.get(id.key) === this) workload.runs.delete(id.key);
    workload.pending -= 1;
    if (account.ordering === 'serial') workload.turns.release(parts.user, parts.possession.turn);
    if (!this.#late) {
      this.#heartbeat?.unregister();
      return;
    }
    workload.trackLate(this.#late);
    void this.#late.done.then(() => this.#heartbeat?.unregister());
  }
}

/** Describes the newest delivery of a message, whose window closes at a time of the account's clock. */
export function describeDelivery(
  { clock }: Account,
  attempt: number,
  closing: number,
): { attempt: number; deadline: number } {
  return { attempt, deadline: Math.round(clock.wallTime() + closing - clock.now()) };
}

/** The exchange of a run. */
export class RunExchange implements Exchange {
  readonly message: Message;
  readonly client: MessageClient | undefined;
  readonly native: unknown;
  readonly state: Record<string, unknown> = {};
  match: RegExpMatchArray | undefined = undefined;
  readonly #run: Run;

  constructor(run: Run) {
    this.message = run.message;
    this.client = run.account.client;
    this.native = run.parts.native;
    this.#run = run;
  }

  get context(): WechatContext {
    return this.#run.openContext();
  }

  get delivery(): DeliveryState {
    return this.#run.delivery;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }
}

/** Creates the exchange of a run that has no context. */
export function createExchange(
  run: Run,
  error: unknown = new Error('the run has no context'),
): Exchange {
  const { account, delivery, message, parts, signal } = run;
  const { native } = parts;
  return withoutContext(
    { message, delivery, client: account.client, native, signal, state: {} },
    error,
  );
}

/** Creates an exchange whose context could not be had: asking for it throws why. */
export function withoutContext(exchange: Omit<Exchange, 'context'>, error: unknown): Exchange {
  return {
    ...exchange,
    get context(): never {
      throw error;
    },
  };
}

/** The signal of what no handler runs for any more. */
export function createAbortedSignal(): AbortSignal {
  return AbortSignal.abort(STOPPED);
}
