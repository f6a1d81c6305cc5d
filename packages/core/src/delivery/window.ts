import { randomUUID } from 'node:crypto';
import type { Account } from '../account.ts';
import type { Opening } from '../context/session.ts';
import type { Message } from '../message/message.ts';
import type { Dispatch } from '../router.ts';
import { storeFailed } from '../store-failure.ts';
import type { Tree } from '../tree.ts';
import { pendingTree, type Starter } from './ending.ts';
import { answerError, withoutContext } from './failure.ts';
import { fingerprint, identify } from './key.ts';
import { leaseOf } from './lease.ts';
import type { LocalRun } from './local.ts';
import { Run } from './run.ts';
import type { Begun, DeliveryId, Ended } from './store.ts';
import { keyOf } from './undelivered.ts';
import { within } from './within.ts';

export interface Arrival {
  readonly message: Message;
  readonly at: number;
  readonly native: unknown;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal | undefined;
}

/** Milliseconds between two tries to get a run that is free. */
const LOOK_AGAIN = 100;

/** How long a delivery that is not the last waits for the platform to hang up, which it does after 5 s. */
function patienceOf({ replyWindow }: Account): number {
  // A window of less than a second is one of a test.
  return Math.max(replyWindow + 1500, replyWindow < 1000 ? 0 : 6000);
}

/**
 * Answers one delivery with the reply of the message's run, whoever runs it. Undefined is
 * `success`: nothing to say, or not yet, or nobody left to hear it.
 */
export function answerDelivery(
  arrival: Arrival,
  account: Account,
  dispatch: Dispatch,
): Promise<Tree | undefined> {
  const { load, logger, maxPending } = account;
  if (load.pending >= maxPending) {
    logger.warn(
      keyOf(arrival.message),
      `${maxPending} messages are in work (maxPending): a delivery was answered success, and not handled`,
    );
    return Promise.resolve(undefined);
  }
  return new Attendance(arrival, account, dispatch).attend();
}

/** Runs a message again whose process died, when no delivery waits for its reply. */
export async function adoptRun(
  message: Message,
  account: Account,
  dispatch: Dispatch,
): Promise<void> {
  const signal = AbortSignal.abort();
  const arrival = { message, at: account.clock.now(), native: undefined, signal };
  await new Attendance(arrival, account, dispatch).adopt();
}

class Attendance implements Starter {
  readonly #arrival: Arrival;
  readonly #account: Account;
  readonly #dispatch: Dispatch;
  readonly #id: DeliveryId;
  /** When the window closes, on the account's clock. */
  readonly #closing: number;
  #attempt = 1;
  #isAnswering = true;
  #hasEnded = false;
  /** The run that this delivery started. */
  #own: Run | undefined;
  #isRunning = false;
  #isAdopted = false;

  constructor(arrival: Arrival, account: Account, dispatch: Dispatch) {
    this.#arrival = arrival;
    this.#account = account;
    this.#dispatch = dispatch;
    this.#id = identify(arrival.message, account.id);
    this.#closing = arrival.at + account.replyWindow;
  }

  async attend(): Promise<Tree | undefined> {
    const { load, runs } = this.#account;
    load.pending += 1;
    try {
      const begun = await this.#begin(true);
      if (!begun.isSame) this.#warn('two deliveries of a message differ: the first one counts');
      if (begun.state === 'ended') return await this.#hand(begun);
      if (begun.state === 'running') {
        this.#showTo(runs.get(this.#id.key));
        return await this.#join();
      }
      const result = await this.#wait((this.#own as Run).result);
      if (result?.value.state === 'answer') return result.value.tree;
      return await this.#leaveRun(result?.value.state);
    } catch (error) {
      if (this.#own) throw error;
      return await this.#failUnclaimed(storeFailed('delivery', error));
    } finally {
      this.#hasEnded = true;
      // What it started counts for as long as it runs.
      if (!this.#isRunning) load.pending -= 1;
    }
  }

  async adopt(): Promise<void> {
    if (this.#account.runs.has(this.#id.key)) return;
    this.#isAdopted = true;
    this.#isAnswering = false;
    this.#hasEnded = true;
    await this.#begin(false);
  }

  /** Waits for the run of another delivery, and starts it again when it died. */
  async #join(): Promise<Tree | undefined> {
    const { deliveries } = this.#account;
    const { signal } = this.#arrival;
    for (;;) {
      try {
        const ended = await deliveries.wait(this.#id, { milliseconds: this.#left(), signal });
        if (!ended) return this.#leave();
        const begun = ended.state === 'ended' ? ended : await this.#begin(false);
        if (begun.state === 'ended') return await this.#hand(begun);
      } catch (error) {
        this.#warn('a delivery cannot learn of its reply', error);
        return this.#waitForNext();
      }
      if (!this.#own) {
        // A store that says that a run is free, and gives it to another, is not asked on and on.
        if (this.#left() <= 0) return this.#leave();
        await this.#wait(new Promise(() => {}), LOOK_AGAIN);
        continue;
      }
      const result = await this.#wait(this.#own.result);
      if (result?.value.state === 'answer') return result.value.tree;
      return this.#leaveRun(result?.value.state);
    }
  }

  /** Answers with the reply that was taken, unless the platform has hung up meanwhile. */
  async #hand({ outcome }: Ended): Promise<Tree | undefined> {
    if (!outcome) return undefined;
    if (!this.#arrival.signal?.aborted) return outcome;
    await this.#account.deliveries.putBack(this.#id).catch(() => {});
    return undefined;
  }

  /** The run that this delivery started has no reply for it. */
  async #leaveRun(state: 'lost' | 'again' | undefined): Promise<Tree | undefined> {
    if (state === undefined) return this.#leave();
    if (state === 'again') return this.#waitForNext();
    this.#own = undefined;
    return this.#join();
  }

  /** Shows this delivery to the handler that runs for an earlier one. */
  #showTo(run: LocalRun | undefined): void {
    if (!run) return;
    Object.assign(run.delivery, this.#state());
    run.closing = this.#closing;
  }

  /** Counts the delivery, and starts the run if that is ours to do. */
  async #begin(isNew: boolean): Promise<Begun> {
    const { contexts, deliveries, joint, ordering, turns } = this.#account;
    const id = this.#id;
    const lease = leaseOf(this.#account);
    const owner = randomUUID();
    const claim = { owner, lease, body: fingerprint(this.#arrival.message), isNew };
    const turn = ordering === 'serial' ? turns.enter(id) : undefined;
    const lock = turn && { owner, lease };
    const leave = turn?.leave ?? (() => {});
    try {
      // Whose turn comes later does not lock yet.
      const begun: Begun = await (turn?.comes
        ? deliveries.claim(id, claim)
        : joint.begin(id, claim, lock));
      this.#attempt = begun.attempt;
      if (begun.state === 'yours') {
        this.#start(owner, turn?.comes, { lock, leave, loaded: begun.loaded });
      } else leave();
      return begun;
    } catch (error) {
      leave();
      // It may have claimed or locked before it failed.
      deliveries.finish(id, { owner, outcome: undefined, isAnswering: false }).catch(() => {});
      if (lock) contexts.release(id, lock).catch(() => {});
      throw error;
    }
  }

  #start(owner: string, turn: Promise<void> | undefined, opening: Opening): void {
    const { load, runs } = this.#account;
    const { message, native } = this.#arrival;
    if (this.#hasEnded) load.pending += 1;
    this.#isRunning = true;
    this.#own = new Run({
      id: this.#id,
      owner,
      account: this.#account,
      dispatch: this.#dispatch,
      message,
      native,
      isAdopted: this.#isAdopted,
      delivery: this.#state(),
      closing: this.#closing,
      turn,
      opening,
      starter: this,
    });
    if (this.#isRunning) runs.set(this.#id.key, this.#own);
  }

  isAnswering(): boolean {
    return this.#isAnswering;
  }

  endRun(run: LocalRun): void {
    const { load, runs } = this.#account;
    this.#isRunning = false;
    if (this.#hasEnded) load.pending -= 1;
    if (runs.get(this.#id.key) === run) runs.delete(this.#id.key);
  }

  #state(): LocalRun['delivery'] {
    const { clock } = this.#account;
    const deadline = clock.wallTime() + this.#closing - clock.now();
    return { attempt: this.#attempt, deadline: Math.round(deadline) };
  }

  /** Milliseconds that this delivery waits: to the end of its window, or until the platform hung up. */
  #left(): number {
    const isLast = this.#attempt >= this.#account.maxDeliveries;
    const end = isLast ? this.#closing : this.#arrival.at + patienceOf(this.#account);
    return end - this.#account.clock.now();
  }

  /** Ends the wait without the reply. */
  async #leave(): Promise<Tree | undefined> {
    this.#isAnswering = false;
    if (this.#arrival.signal?.aborted) return undefined;
    const ready = this.#own?.takeReady();
    if (ready) return ready.tree;
    const { deliveries, logger, runs } = this.#account;
    const { message } = this.#arrival;
    try {
      const ended = await deliveries.giveUp(this.#id, this.#attempt);
      if (ended) return await this.#hand(ended);
    } catch (error) {
      this.#warn('a delivery cannot tell that it gave up', error);
    }
    const local = runs.get(this.#id.key);
    if (!local || local.delivery.attempt <= this.#attempt) {
      local?.giveUp();
      logger.info(keyOf(message), 'the last window closed before the handler ended');
    }
    return pendingTree(message, this.#account);
  }

  /** Leaves the delivery unanswered, until the platform hangs up: the next one brings the reply. */
  async #waitForNext(): Promise<undefined> {
    await this.#wait(new Promise(() => {}));
  }

  /** Without the store, a run of this process can still be joined. */
  async #failUnclaimed(error: unknown): Promise<Tree | undefined> {
    const { client } = this.#account;
    const { message, native } = this.#arrival;
    const local = this.#account.runs.get(this.#id.key);
    if (local) {
      const result = await this.#wait(local.result);
      return result?.value.state === 'answer' ? result.value.tree : undefined;
    }
    const signal = AbortSignal.abort();
    const delivery = this.#state();
    const exchange = { message, native, state: {}, delivery, client, signal };
    return (await answerError(error, withoutContext(exchange, error), this.#account)).tree;
  }

  #wait<T>(work: Promise<T>, longest = Number.POSITIVE_INFINITY) {
    const milliseconds = Math.min(this.#left(), longest);
    return within(work, milliseconds, this.#arrival.signal, this.#account.clock);
  }

  #warn(text: string, error?: unknown): void {
    const key = keyOf(this.#arrival.message);
    this.#account.logger.warn(error === undefined ? key : { err: error, ...key }, text);
  }
}
