import type { Loaded } from '../context/store.ts';
import type { DeliveryState, Exchange, WebhookRequest } from '../exchange.ts';
import type { Message } from '../message/message.ts';
import { addressReply } from '../reply/address.ts';
import { storeFailed } from '../store-failure.ts';
import type { Tree } from '../tree.ts';
import { messageKey, UndeliveredError } from '../undelivered.ts';
import { within } from '../with-timeout.ts';
import { checkClaimed, claimRun, nameUser, type Possession, type Service } from './claim.ts';
import { answerInPlace, fitPending, fitReply, park, parkingMilliseconds } from './completion.ts';
import { startRun } from './execution.ts';
import type { Handover, Place, Visitor } from './handoff.ts';
import { fingerprint, idempotencyKey } from './idempotency-key.ts';
import { LateReplies, reportUndelivered } from './late-replies.ts';
import { answerError, withoutContext } from './on-error.ts';
import { Run } from './run.ts';
import type { Begun, Claim, DeliveryId, Ended, Outcome } from './store.ts';
import { watchOver } from './takeover.ts';
import type { ActiveRun } from './workload.ts';

/** Milliseconds between two tries to get a run that is free. */
const LOOK_AGAIN = 100;

/** A delivery, once its message is read. */
export interface IncomingDelivery {
  readonly message: Message;
  /** When it arrived, on the account's clock. */
  readonly at: number;
  readonly request: Pick<WebhookRequest, 'native' | 'signal'> & { isGone?: () => boolean };
}

/** One delivery's way to the reply. */
export class DeliveryAttempt implements Visitor {
  readonly #incoming: IncomingDelivery;
  readonly #service: Service;
  readonly id: DeliveryId;
  readonly #isRecovered: boolean;
  /** When the window closes, on the account's clock. */
  readonly #closing: number;
  /** The run that this delivery started, and its place there. */
  #run: ActiveRun | undefined;
  #place: Place | undefined;
  /** Which delivery of the message this is; 0: none, only its run is to be taken up. */
  attempt: number;

  constructor(incoming: IncomingDelivery, service: Service, attempt = 1) {
    this.attempt = attempt;
    this.#isRecovered = attempt === 0;
    this.#incoming = incoming;
    this.#service = service;
    this.id = idempotencyKey(incoming.message, service.account.id);
    this.#closing = incoming.at + service.account.replyWindow;
  }

  get hasRun(): boolean {
    return this.#run !== undefined;
  }

  /** Claims the message, starts its run if it is ours, and waits for the reply until the deadline. */
  async answer(): Promise<Tree | undefined> {
    if (this.#isCrowded()) return undefined;
    let found: Begun | Ended;
    try {
      found = await this.claim();
    } catch (error) {
      return this.#answerUnclaimed(storeFailed('delivery', error));
    }
    while (found.state !== 'ended') {
      const handover = await this.#waitHere();
      if (!handover) return this.#leave();
      if (handover.state === 'respond') return handover.tree;
      if (handover.state === 'closed') return this.#showPending();
      if (handover.state === 'failed') throw handover.error;
      if (handover.state === 'again') return this.#waitForNext();
      try {
        const elsewhere = await this.#waitElsewhere();
        if (!elsewhere) return this.#leave();
        found = elsewhere;
      } catch (error) {
        this.#warn('a delivery cannot learn of its reply', error);
        return this.#waitForNext();
      }
    }
    return this.#respond(found.outcome);
  }

  /** Waits for a run of this process. */
  async #waitHere(): Promise<Handover | undefined> {
    const run = this.#place ? this.#run : this.#service.workload.runs.get(this.id.key);
    const place = this.#place ?? run?.handoff.enter(this);
    this.#place = undefined;
    return place ? place.wait() : { state: 'elsewhere' };
  }

  /** Waits for a run of another process, and takes it over when that has died. */
  async #waitElsewhere(): Promise<Begun | Ended | undefined> {
    const { account } = this.#service;
    const { attempt } = this;
    const options = { attempt, milliseconds: this.timeLeft(), signal: this.signal() };
    const ended = await account.deliveries.wait(this.id, options);
    if (ended?.state !== 'free') return ended;
    const claimed = await this.claim({ attempt });
    if (claimed.state === 'ended' || this.#place) return claimed;
    // A store that says that a run is free, and gives it to another, is not asked on and on.
    if (this.timeLeft() <= 0) return undefined;
    const never = new Promise(() => {});
    await within(never, Math.min(this.timeLeft(), LOOK_AGAIN), this.signal(), account.clock);
    return claimed;
  }

  /** Milliseconds that this delivery waits: to the end of its window, or until the platform hung up. */
  timeLeft(): number {
    const { clock, maxDeliveries, replyWindow } = this.#service.account;
    if (this.attempt >= maxDeliveries) return this.#closing - clock.now();
    // A window of less than a second is one of a test.
    const hangsUp = Math.max(replyWindow + 1500, replyWindow < 1000 ? 0 : 6000);
    return this.#incoming.at + hangsUp - clock.now();
  }

  isGone(): boolean {
    const { request } = this.#incoming;
    return request.isGone ? request.isGone() : request.signal?.aborted === true;
  }

  signal(): AbortSignal | undefined {
    return this.#incoming.request.signal;
  }

  /** Whether as many messages of this user wait as may. */
  #isCrowded(): boolean {
    const { account, workload } = this.#service;
    const { logger, maxQueued } = account;
    if (account.ordering !== 'serial' || workload.runs.has(this.id.key)) return false;
    if (workload.turns.count(nameUser(this.id)) < maxQueued) return false;
    const { message } = this.#incoming;
    const text = `${maxQueued} messages of a user wait (maxQueued): one was answered success, and not handled`;
    logger.warn(messageKey(message), text);
    if (account.onUndelivered) {
      const cause = new Error(text);
      const error = new UndeliveredError({ type: 'none' }, messageKey(message), cause);
      workload.track(reportUndelivered(error, this.createExchange(cause), account));
    }
    return true;
  }

  /** Counts the delivery, and starts the run if that is ours to do. */
  async claim(which: Pick<Claim, 'attempt' | 'expired'> = {}): Promise<Begun> {
    const { account, workload } = this.#service;
    const { deliveries, logger } = account;
    const id = this.id;
    const body = fingerprint(this.#incoming.message);
    const here = workload.runs.get(id.key);
    const begun = here
      ? checkClaimed(
          await deliveries.claim(id, { ...which, body, owner: here.owner, lease: here.lease }),
        )
      : await this.#claimRun(which, body);
    if (this.attempt > 0) this.attempt = begun.attempt;
    if (!begun.isSame) {
      logger.warn(
        messageKey(this.#incoming.message),
        'two deliveries of a message differ: the first one counts',
      );
    }
    if (here && begun.state !== 'ended') {
      Object.assign(here.delivery, this.#state());
      here.closing = this.#closing;
    }
    return begun;
  }

  async #claimRun(which: Pick<Claim, 'attempt' | 'expired'>, body: string): Promise<Begun> {
    const { begun, possession } = await claimRun(this.#service, this.id, which, body);
    if (!possession) return begun;
    if (this.attempt > 0) this.attempt = begun.attempt;
    this.#start(possession, begun.loaded, body);
    return begun;
  }

  #start(possession: Possession, loaded: Loaded | undefined, body: string): void {
    const { message, request } = this.#incoming;
    const isRecovered = this.#isRecovered;
    // It takes the place of this delivery among what is pending.
    if (this.#run) this.#service.workload.pending += 1;
    const { native } = request;
    const service = this.#service;
    const run = new Run(
      { id: this.id, service, possession, loaded, message, native, body, isRecovered },
      this.#state(),
      this.#closing,
    );
    this.#run = run;
    if (this.attempt > 0) this.#place = run.handoff.enter(this);
    startRun(run);
  }

  /** Answers with a reply that was claimed, unless the platform has hung up meanwhile. */
  async #respond(outcome: Outcome | undefined): Promise<Tree | undefined> {
    if (!outcome) return undefined;
    const { account, workload } = this.#service;
    const { message } = this.#incoming;
    const { reply, time } = outcome;
    if (!this.isGone()) {
      const { tree, warn } = addressReply(reply, message, account.logger, time);
      warn?.();
      return tree;
    }
    const late = new LateReplies(this.createExchange(new Error('the delivery had gone')), account);
    park({
      account,
      workload,
      id: this.id,
      key: messageKey(message),
      late,
      reply,
      rest: undefined,
      patience: parkingMilliseconds(account),
      releases: this.attempt,
    });
    workload.trackLate(late);
    return undefined;
  }

  /** Ends the wait without the reply. */
  async #leave(): Promise<Tree | undefined> {
    const { account } = this.#service;
    if (this.isGone()) {
      watchOver(this, this.#service);
      return undefined;
    }
    try {
      const ended = await account.deliveries.closeWindow(this.id, this.attempt);
      if (ended) return await this.#respond(ended.outcome);
    } catch (error) {
      this.#warn('a delivery cannot tell that it gave up', error);
    }
    return this.#showPending();
  }

  #showPending(): Tree | undefined {
    const { account, workload } = this.#service;
    const { message } = this.#incoming;
    const run = workload.runs.get(this.id.key);
    if (!run || run.delivery.attempt <= this.attempt) {
      run?.closeWindow();
      account.logger.info(messageKey(message), 'the last window closed before the handler ended');
    }
    return answerInPlace(fitPending(message, account), this.#service, () =>
      this.createExchange(new Error('the handler has not ended')),
    );
  }

  /** Leaves the delivery unanswered, until the platform hangs up: the next one brings the reply. */
  async #waitForNext(): Promise<undefined> {
    const { clock } = this.#service.account;
    await within(new Promise(() => {}), this.timeLeft(), this.signal(), clock);
  }

  /** Without the store, a run of this process can still be joined. */
  async #answerUnclaimed(error: unknown): Promise<Tree | undefined> {
    const { account, workload } = this.#service;
    const run = workload.runs.get(this.id.key);
    if (run) {
      const handover = await run.handoff.enter(this).wait();
      return handover?.state === 'respond' ? handover.tree : undefined;
    }
    const { message } = this.#incoming;
    const exchange = this.createExchange(error);
    const fitted = await answerError(error, exchange, account, (reply) =>
      fitReply({ account, message }, reply),
    );
    return answerInPlace(fitted, this.#service, () => exchange);
  }

  /** Creates an exchange without a context. */
  createExchange(error: unknown): Exchange {
    const { message, request } = this.#incoming;
    const { client } = this.#service.account;
    const signal = AbortSignal.abort();
    const { native } = request;
    return withoutContext(
      { message, native, state: {}, delivery: this.#state(), client, signal },
      error,
    );
  }

  #state(): DeliveryState {
    const { clock } = this.#service.account;
    const deadline = Math.round(clock.wallTime() + this.#closing - clock.now());
    return { attempt: this.attempt, deadline };
  }

  #warn(text: string, error: unknown): void {
    const key = messageKey(this.#incoming.message);
    this.#service.account.logger.warn({ err: error, ...key }, text);
  }
}
