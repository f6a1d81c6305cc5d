import type { Account } from '../account.ts';
import { type Awaitable, isPromise } from '../awaitable.ts';
import { runInBackground } from '../background.ts';
import { takeTurns } from '../clock.ts';
import { deliveryChannel, replyChannel } from '../diagnostics.ts';
import { StoreError } from '../errors.ts';
import type { Exchange, WebhookRequest } from '../exchange.ts';
import type { Message } from '../message/message.ts';
import { addressReply } from '../reply/address.ts';
import { storeFailed } from '../store-failure.ts';
import type { Tree } from '../tree.ts';
import { messageKey, UndeliveredError } from '../undelivered.ts';
import { within } from '../with-timeout.ts';
import { answerInPlace, fitPending, fitReply, park, parkingMilliseconds } from './completion.ts';
import { answerError, execute } from './execution.ts';
import type { Handover, Place, Visitor } from './handoff.ts';
import { findRegistry, leaseMilliseconds } from './heartbeat.ts';
import { fingerprint, idempotencyKey } from './idempotency-key.ts';
import { LateReplies, reportUndelivered } from './late-replies.ts';
import {
  createAbortedSignal,
  describeDelivery,
  type Possession,
  Run,
  type Service,
  withoutContext,
} from './run.ts';
import { areRunsSeen, RunWatch } from './run-watch.ts';
import type { Begun, Claim, Claimed, DeliveryId, Ended, Outcome } from './store.ts';
import { type ActiveRun, nameLine } from './workload.ts';

/** How often the platform delivers a message. */
const DELIVERIES = 3;

/** Milliseconds between two attempts to claim a free run. */
const LOOK_AGAIN = 100;

/**
 * Age of a delivery, in milliseconds, up to which no client has hung up: the platform does so after 5 s,
 * and clocks differ.
 */
const FRESH = 2000;

/** A delivery whose message has been read. */
export interface IncomingDelivery {
  readonly message: Message;
  /** Time of arrival, on the account's clock. */
  readonly at: number;
  readonly request: Pick<WebhookRequest, 'native' | 'signal'> &
    Partial<Pick<WebhookRequest, 'query'>> & { isGone?: () => boolean };
}

/**
 * Answers one delivery with the reply of the message's run, in this process or another. Undefined
 * is `success`: no reply, none yet, or no client left.
 */
export function answerDelivery(
  incoming: IncomingDelivery,
  service: Service,
): Awaitable<Tree | undefined> {
  const { account, workload } = service;
  if (deliveryChannel.hasSubscribers) {
    const message = messageKey(incoming.message);
    deliveryChannel.publish({ event: 'received', account: account.id, message });
  }
  if (workload.pending >= account.maxPending) {
    publishOverload(incoming.message, account, 'maxPending');
    account.logger.warn(
      { message: messageKey(incoming.message) },
      `${account.maxPending} messages are in work (maxPending): a delivery was answered success, and not handled`,
    );
    return undefined;
  }
  workload.pending += 1;
  const attempt = new DeliveryAttempt(incoming, service);
  // A run counts for as long as it goes on.
  const end = () => {
    if (!attempt.hasRun) workload.pending -= 1;
  };
  const answer = attempt.answer();
  if (isPromise(answer)) {
    const answered = deliveryChannel.hasSubscribers
      ? answer.then((tree) => attempt.publishAnswer(tree))
      : answer;
    return answered.finally(end);
  }
  end();
  return deliveryChannel.hasSubscribers ? attempt.publishAnswer(answer) : answer;
}

function publishOverload(message: Message, { id }: Account, limit: 'maxPending' | 'maxQueued') {
  if (!deliveryChannel.hasSubscribers) return;
  const seen = { account: id, message: messageKey(message) };
  deliveryChannel.publish({ event: 'overloaded', ...seen, limit });
}

/** One delivery, from its claim to its response. */
export class DeliveryAttempt implements Visitor {
  readonly #incoming: IncomingDelivery;
  readonly #service: Service;
  readonly id: DeliveryId;
  /** The user's key in the queue of messages. */
  readonly #user: string;
  readonly #body: string;
  readonly #isRecovered: boolean;
  /** The reply deadline, on the account's clock. */
  readonly #closing: number;
  /** The run that this delivery started, and its place there. */
  #run: ActiveRun | undefined = undefined;
  #place: Place | undefined = undefined;
  #hasShownPending = false;
  /** Milliseconds that its claim took. */
  #underWay = 0;
  /** When the client was known to be connected, on the account's clock. */
  #seen = Number.NEGATIVE_INFINITY;
  /** The number of the delivery of this message; 0 when there is none, and only the run is resumed. */
  attempt: number;

  constructor(incoming: IncomingDelivery, service: Service, attempt = 1) {
    const { account } = service;
    this.attempt = attempt;
    this.#isRecovered = attempt === 0;
    this.#incoming = incoming;
    this.#service = service;
    this.id = idempotencyKey(incoming.message, account.id);
    this.#user = nameLine(account.id, incoming.message.source);
    this.#body = fingerprint(incoming.message);
    this.#closing = incoming.at + account.replyWindow;
  }

  get hasRun(): boolean {
    return this.#run !== undefined;
  }

  /** Claims the message, starts its run when claimed, and waits for the reply until the deadline. */
  answer(): Awaitable<Tree | undefined> {
    if (this.#isCrowded()) return undefined;
    const claiming = this.claim();
    // Most runs have ended by now.
    const given = this.#place?.given;
    return given?.state === 'respond' ? given.tree : this.#wait(claiming);
  }

  async #wait(claiming: Awaitable<Begun>): Promise<Tree | undefined> {
    let found: Begun | Ended;
    try {
      found = await claiming;
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
        this.#warn('a delivery could not read its reply', error);
        return this.#waitForNext();
      }
    }
    return this.#respond(found.outcome);
  }

  /** Waits for a run of this process. */
  #waitHere(): Awaitable<Handover | undefined> {
    const run = this.#place ? this.#run : this.#service.workload.runs.get(this.id.key);
    const place = this.#place ?? run?.handoff.enter(this);
    this.#place = undefined;
    return place ? place.wait() : { state: 'elsewhere' };
  }

  /** Waits for a run of another process, and resumes it when that process has died. */
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

  /**
   * Returns the milliseconds that this delivery can wait: until its deadline, or until the platform
   * has disconnected.
   */
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

  /** Returns whether the client may have disconnected before this process had time to notice. */
  mayBeGone(): boolean {
    if (!this.#incoming.request.isGone) return false;
    const { clock } = this.#service.account;
    return !(Math.abs(this.#age()) < FRESH) && clock.now() - this.#seen >= FRESH;
  }

  /** Milliseconds since the platform sent it: each delivery is signed with the time. */
  #age(): number {
    const { message, request } = this.#incoming;
    const seconds = Number(request.query?.['timestamp'] ?? message.time);
    return this.#service.account.clock.wallTime() - seconds * 1000;
  }

  /** Milliseconds that it lay unread because the event loop was late. */
  #unread(): number {
    if (!this.#incoming.request.isGone) return 0;
    const { clock } = this.#service.account;
    const unread = this.#age() - (clock.now() - this.#incoming.at);
    return unread < FRESH ? 0 : unread;
  }

  noteSeen(): void {
    this.#seen = this.#service.account.clock.now();
  }

  signal(): AbortSignal | undefined {
    return this.#incoming.request.signal;
  }

  /** Whether the maximum number of messages of this user is waiting. */
  #isCrowded(): boolean {
    const { account, workload } = this.#service;
    const { logger, maxQueued } = account;
    if (account.ordering !== 'serial' || workload.runs.has(this.id.key)) return false;
    if (workload.turns.count(this.#user) < maxQueued) return false;
    const { message } = this.#incoming;
    publishOverload(message, account, 'maxQueued');
    const text = `${maxQueued} messages of a user wait (maxQueued): one was answered success, and not handled`;
    logger.warn({ message: messageKey(message) }, text);
    if (account.onUndelivered) {
      const cause = new Error(text);
      const error = new UndeliveredError({ type: 'none' }, messageKey(message), cause);
      workload.track(reportUndelivered(error, this.createExchange(cause), account));
    }
    return true;
  }

  /** Counts the delivery, and starts the run when claimed. */
  claim(which: Pick<Claim, 'attempt' | 'expired'> = {}): Awaitable<Begun> {
    const here = this.#service.workload.runs.get(this.id.key);
    return here ? this.#join(here, which) : this.#claimRun(which);
  }

  async #join(here: ActiveRun, which: Pick<Claim, 'attempt' | 'expired'>): Promise<Begun> {
    const { clock, deliveries } = this.#service.account;
    const claim = { ...which, body: this.#body, owner: here.owner, lease: here.lease };
    const since = clock.now();
    const claimed = checkClaimed(await deliveries.claim(this.id, claim));
    this.#underWay = clock.now() - since;
    this.#count(claimed);
    this.#publishJoined(claimed.state === 'ended' ? 'ended' : 'running');
    if (claimed.state !== 'ended') here.meet(this.attempt, this.#closing);
    return claimed;
  }

  /**
   * Claims a message that has no run in this process. When claimed on its turn, the context is
   * loaded in the same step; behind other messages of the user, it costs the store nothing until
   * its turn.
   */
  #claimRun({ attempt, expired }: Pick<Claim, 'attempt' | 'expired'>): Awaitable<Begun> {
    const { account, workload } = this.#service;
    const { deliveries, steps } = account;
    const isSerial = account.ordering === 'serial';
    const turn = isSerial ? workload.turns.acquire(this.#user) : undefined;
    const owner = workload.createOwner(!steps.open);
    const lease = leaseMilliseconds(account);
    const lock = isSerial ? { owner, lease } : undefined;
    const possession = { owner, lease, turn, lock };
    const claim = { owner, lease, attempt, expired, body: this.#body };
    const claiming = turn ? deliveries.claim(this.id, claim) : steps.begin(this.id, claim, lock);
    return isPromise(claiming)
      ? this.#checkClaim(claiming, possession)
      : this.#take(claiming, possession);
  }

  async #checkClaim(claiming: Promise<Begun>, possession: Possession): Promise<Begun> {
    const { account, workload } = this.#service;
    const { lock, owner, turn } = possession;
    const since = account.clock.now();
    let begun: Begun;
    try {
      begun = checkClaimed(await claiming);
    } catch (error) {
      if (lock) workload.turns.release(this.#user, turn);
      // It may have claimed or locked before it failed.
      const finish = { owner, outcome: undefined, answering: 0 };
      runInBackground(() => account.deliveries.finish(this.id, finish));
      if (lock) runInBackground(() => account.contexts.release(this.id, lock));
      throw error;
    }
    this.#underWay = account.clock.now() - since;
    return this.#take(begun, possession);
  }

  #take(begun: Begun, possession: Possession): Begun {
    const { lock, turn } = possession;
    this.#count(begun);
    if (begun.state === 'yours') {
      this.#start(begun, possession);
      return begun;
    }
    this.#publishJoined(begun.state);
    if (lock) this.#service.workload.turns.release(this.#user, turn);
    return begun;
  }

  #count({ attempt, isSame }: Claimed): void {
    if (this.attempt > 0) this.attempt = attempt;
    if (isSame) return;
    this.#service.account.logger.warn(
      { message: messageKey(this.#incoming.message) },
      'two deliveries of a message differ; using the first one',
    );
  }

  #start({ loaded }: Begun, possession: Possession): void {
    const service = this.#service;
    const { message, request } = this.#incoming;
    // It takes the place of this delivery among what is pending.
    if (this.#run) service.workload.pending += 1;
    const run = new Run(
      {
        id: this.id,
        user: this.#user,
        service,
        possession,
        loaded,
        message,
        native: request.native,
        body: this.#body,
        isRecovered: this.#isRecovered,
      },
      this.attempt,
      this.#closing,
    );
    this.#run = run;
    service.waitUntil?.(new Promise<void>((resolve) => void (run.onDone = resolve)));
    // Nobody may come any more to see that this process has died.
    if (this.attempt === 0 || this.attempt >= DELIVERIES) {
      runInBackground(() => run.heartbeat.register());
    }
    if (this.attempt > 0) this.#place = run.handoff.enter(this);
    if (areRunsSeen()) {
      run.watch = new RunWatch(run, this.#underWay);
      run.watch.start(() => void execute(run));
    } else {
      void execute(run);
    }
  }

  /** Publishes how the delivery was answered. */
  publishAnswer(tree: Tree | undefined): Tree | undefined {
    const { account } = this.#service;
    const { message, at } = this.#incoming;
    const answered = tree ? 'reply' : 'success';
    const given = this.#hasShownPending ? 'pending' : answered;
    deliveryChannel.publish({
      event: 'answered',
      account: account.id,
      message: messageKey(message),
      attempt: this.attempt,
      outcome: this.isGone() ? 'gone' : given,
      duration: account.clock.now() - at,
    });
    return tree;
  }

  #publishJoined(state: 'running' | 'ended'): void {
    if (!deliveryChannel.hasSubscribers || this.attempt === 0) return;
    const { attempt } = this;
    const message = messageKey(this.#incoming.message);
    const account = this.#service.account.id;
    deliveryChannel.publish({ event: 'joined', account, message, attempt, state });
  }

  /** Claims the message without a delivery, and runs it when claimed. */
  async takeUp(expired?: string): Promise<Begun> {
    const { workload } = this.#service;
    this.attempt = 0;
    workload.pending += 1;
    const hadRun = this.hasRun;
    try {
      return await this.claim({ attempt: 0, expired });
    } finally {
      if (hadRun || !this.hasRun) workload.pending -= 1;
    }
  }

  /**
   * Watches the run of another process after the client has disconnected: no further delivery may
   * come to detect a crash of that process.
   */
  #watchOver(): void {
    const { account, workload } = this.#service;
    if (!findRegistry(account) || workload.runs.has(this.id.key)) return;
    runInBackground(async () => {
      const milliseconds = 2 * leaseMilliseconds(account);
      const ended = await account.deliveries.wait(this.id, { attempt: 0, milliseconds });
      if (ended?.state === 'free') await this.takeUp();
    });
  }

  /** Answers with a claimed reply, unless the platform has disconnected meanwhile. */
  async #respond(outcome: Outcome | undefined): Promise<Tree | undefined> {
    if (!outcome) return undefined;
    const { account, workload } = this.#service;
    const { message } = this.#incoming;
    const { reply, time } = outcome;
    if (this.mayBeGone()) {
      await takeTurns();
      this.noteSeen();
    }
    if (!this.isGone()) {
      const { tree, warn } = addressReply(reply, message, account.logger, time);
      warn?.();
      return tree;
    }
    const late = new LateReplies(
      this.createExchange(new Error('the delivery had disconnected')),
      account,
    );
    park({
      account,
      workload,
      id: this.id,
      owner: '',
      message,
      isRecovered: false,
      late,
      reply,
      rest: undefined,
      patience: parkingMilliseconds(account),
      releases: this.attempt,
      underWay: this.#underWay + this.#unread(),
    });
    workload.trackLate(late);
    this.#service.waitUntil?.(late.done);
    return undefined;
  }

  /** Ends the wait without the reply. */
  async #leave(): Promise<Tree | undefined> {
    const { account } = this.#service;
    if (this.isGone()) {
      this.#watchOver();
      return undefined;
    }
    try {
      const ended = await account.deliveries.closeWindow(this.id, this.attempt);
      if (ended) return await this.#respond(ended.outcome);
    } catch (error) {
      this.#warn('a delivery could not record that it ended without the reply', error);
    }
    return this.#showPending();
  }

  #showPending(): Tree | undefined {
    const { account, workload } = this.#service;
    const { message } = this.#incoming;
    const run = workload.runs.get(this.id.key);
    const fitted = fitPending(message, account);
    this.#publishPending(fitted.tree !== undefined);
    if (!run || run.attempt <= this.attempt) {
      run?.closeWindow();
      account.logger.info(
        { message: messageKey(message) },
        'the last reply deadline passed before the handler ended',
      );
    }
    return answerInPlace(fitted, this.#service, () =>
      this.createExchange(new Error('the handler has not ended')),
    );
  }

  #publishPending(isShown: boolean): void {
    this.#hasShownPending = true;
    if (!replyChannel.hasSubscribers) return;
    const { attempt } = this;
    const message = messageKey(this.#incoming.message);
    const account = this.#service.account.id;
    replyChannel.publish({ event: 'pending', account, message, attempt, isShown });
  }

  /** Leaves the delivery unanswered until the platform disconnects: the next one gets the reply. */
  async #waitForNext(): Promise<undefined> {
    const { clock } = this.#service.account;
    await within(new Promise(() => {}), this.timeLeft(), this.signal(), clock);
  }

  /** Joins a run of this process when the store fails. */
  async #answerUnclaimed(error: unknown): Promise<Tree | undefined> {
    const { account, workload } = this.#service;
    const run = workload.runs.get(this.id.key);
    if (run) {
      const handover = await run.handoff.enter(this).wait();
      if (handover?.state === 'respond') return handover.tree;
      // Who is refused comes again.
      if (handover) throw handover.state === 'failed' ? handover.error : error;
      return undefined;
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
    const signal = createAbortedSignal();
    const { native } = request;
    const delivery = describeDelivery(this.#service.account, this.attempt, this.#closing);
    return withoutContext({ message, native, state: {}, delivery, client, signal }, error);
  }

  #warn(text: string, error: unknown): void {
    const key = messageKey(this.#incoming.message);
    this.#service.account.logger.warn({ err: error, message: key }, text);
  }
}

const STATES: readonly unknown[] = ['yours', 'running', 'ended'];

/** Checks the result of a claim: a wrong one would be claimed again and again. */
function checkClaimed<C extends Claimed>(claimed: C): C {
  if (STATES.includes((Object(claimed) as C).state)) return claimed;
  throw new StoreError('the delivery store failed: claim() returned no state of a run');
}
