import type { Account } from '../account.ts';
import type { Exchange, WebhookRequest } from '../exchange.ts';
import type { Message } from '../message/message.ts';
import { messageKey } from '../undelivered.ts';
import { fingerprint, idempotencyKey } from './idempotency-key.ts';
import { createAbortedSignal, describeDelivery, withoutContext } from './run/exchanges.ts';
import type { Place, Visitor } from './run/handoff.ts';
import type { Service } from './run/run.ts';
import type { DeliveryId } from './store.ts';
import { type ActiveRun, nameLine, type Workload } from './workload.ts';

/**
 * Age of a delivery, in milliseconds, up to which no client has hung up: the platform does so after 5 s,
 * and clocks differ.
 */
const FRESH = 2000;
/** Milliseconds for which what was seen of a client holds. */
const SEEN = 250;
/** Milliseconds after which it does for certain. */
const HANGS_UP = 6000;

/** The platform's time of a delivery is in seconds. */
const RESOLUTION = 1000;

/** A delivery whose message has been read. */
export interface IncomingDelivery {
  readonly message: Message;
  /** Time of arrival, on the account's clock. */
  readonly at: number;
  readonly request: Pick<WebhookRequest, 'native' | 'signal'> &
    Partial<Pick<WebhookRequest, 'query'>> & {
      isGone?: () => boolean;
      onGone?: (listener: () => void) => () => void;
    };
}

/** The state of one delivery, which is claimed (claim.ts) and answered (answer.ts). */
export class DeliveryAttempt implements Visitor {
  readonly account: Account;
  readonly workload: Workload;
  readonly service: Service;
  readonly incoming: IncomingDelivery;
  readonly message: Message;
  readonly id: DeliveryId;
  /** The user's key in the queue of messages. */
  readonly user: string;
  readonly body: string;
  /** When the platform sent it, in Unix seconds: each delivery is signed with the time and a nonce. */
  readonly sentAt: number;
  readonly nonce: string | undefined;
  /** The reply deadline, on the account's clock. */
  closing: number;
  /** The number of the delivery of this message; 0 when there is none. */
  attempt: number;
  /** The run that this delivery started, and its place there. */
  run: ActiveRun | undefined = undefined;
  place: Place | undefined = undefined;
  hasShownPending = false;
  /** Whether `onError` has answered in place of the handlers, which are not to be run any more. */
  hasOtherAnswer = false;
  /** Whether the store has counted this delivery. */
  isCounted = false;
  /** Milliseconds that its claim took. */
  underWay = 0;
  /** When the client was known to be connected, on the account's clock. */
  #seen = Number.NEGATIVE_INFINITY;

  constructor(incoming: IncomingDelivery, service: Service, attempt = 1) {
    const { account, workload } = service;
    const { message } = incoming;
    this.account = account;
    this.workload = workload;
    this.service = service;
    this.incoming = incoming;
    this.message = message;
    this.id = idempotencyKey(message, account.id);
    this.user = nameLine(account.id, message.source);
    this.body = fingerprint(message);
    const { nonce, timestamp } = incoming.request.query ?? {};
    this.sentAt = Number(timestamp ?? message.time);
    this.nonce = nonce?.toString();
    this.closing = incoming.at + account.replyWindow;
    this.attempt = attempt;
  }

  /** Returns the same message without a delivery: nobody waits for its reply. */
  withoutClient(): DeliveryAttempt {
    const { native } = this.incoming.request;
    const request = { native, isGone: () => true };
    return new DeliveryAttempt({ ...this.incoming, request }, this.service, 0);
  }

  /**
   * Returns the milliseconds that this delivery can wait: until its deadline, or until the platform
   * has disconnected.
   */
  timeLeft(): number {
    const { clock, maxDeliveries, replyWindow } = this.account;
    // One that the store has not counted may be the first.
    if (Math.max(this.attempt, 1) >= maxDeliveries) return this.closing - clock.now();
    // A window of less than a second is one of a test.
    const hangsUp = Math.max(replyWindow + 1500, replyWindow < 1000 ? 0 : HANGS_UP);
    return this.incoming.at + hangsUp - clock.now();
  }

  isGone(): boolean {
    const { request } = this.incoming;
    return request.isGone ? request.isGone() : request.signal?.aborted === true;
  }

  signal(): AbortSignal | undefined {
    return this.incoming.request.signal;
  }

  /** Calls a listener when the client disconnects; returns how to end that. */
  onGone(listener: () => void): () => void {
    const { request } = this.incoming;
    if (request.onGone) return request.onGone(listener);
    const { signal } = request;
    signal?.addEventListener('abort', listener);
    return () => signal?.removeEventListener('abort', listener);
  }

  /** Returns whether the client may have disconnected before this process had time to notice. */
  mayBeGone(): boolean {
    const { at, request } = this.incoming;
    if (!request.isGone) return false;
    const now = this.account.clock.now();
    if (now - this.#seen < SEEN) return false;
    const late = this.#age() - this.workload.usualAge;
    return now - at >= SEEN || !(Math.abs(late) < FRESH);
  }

  /** Notes that the process has had that time. */
  noteSeen(): void {
    this.#seen = this.account.clock.now();
    if (this.isGone()) return;
    const { clock } = this.account;
    const arrival = this.#age() - (clock.now() - this.incoming.at);
    // A client that still waits after so long was not read late: the clocks differ.
    if (arrival < FRESH || arrival >= HANGS_UP) this.workload.usualAge = arrival;
  }

  /** Milliseconds, at most, that it lay unread because the event loop was late. */
  unread(): number {
    if (!this.incoming.request.isGone) return 0;
    const age = this.#age() - this.workload.usualAge;
    const unread = age - (this.account.clock.now() - this.incoming.at);
    return Math.max(unread, 0) + RESOLUTION;
  }

  #age(): number {
    return this.account.clock.wallTime() - this.sentAt * 1000;
  }

  /** Creates an exchange without a context. */
  createExchange(error: unknown): Exchange {
    const { account, attempt, closing, message } = this;
    const { native } = this.incoming.request;
    const delivery = describeDelivery(account, attempt, closing);
    const signal = createAbortedSignal();
    return withoutContext({ account, message, delivery, native, signal }, error);
  }

  warn(text: string, error: unknown): void {
    this.account.logger.warn({ err: error, message: messageKey(this.message) }, text);
  }
}
