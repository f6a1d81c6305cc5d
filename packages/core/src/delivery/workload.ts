import { type Clock, pause } from '../clock.ts';
import { KeyedMutex } from '../context/keyed-mutex.ts';
import { RequestError } from '../errors.ts';
import { within } from '../with-timeout.ts';
import type { LateReplies } from './late/late-replies.ts';
import { Registrations } from './registrations.ts';
import type { Handoff } from './run/handoff.ts';

/** A running run, as found by the deliveries of its message. */
export interface ActiveRun {
  readonly owner: string;
  /** Milliseconds for which it was claimed. */
  readonly lease: number;
  readonly handoff: Handoff;
  /** The number of the latest delivery. */
  readonly attempt: number;
  /** Whether it has failed, and another delivery may run the message. */
  readonly isGivenUp: boolean;
  /** Records a newer delivery, and its deadline on the account's clock. */
  meet(attempt: number, closing: number): void;
  /** Records that the last delivery was answered without the reply. */
  closeWindow(): void;
  abandon(cause: Error): Promise<void>;
}

/** Returns a user's key in the queue of messages. */
export function nameLine(account: string, openid: string): string {
  return `${account.length}:${account}${openid}`;
}

let processName: string | undefined;
let owners = 0;

/** Milliseconds between two checks for work that cannot report its end. */
const LOOK_AGAIN = 20;

/** Milliseconds, at most, for which a closing webhook waits until its registrations are erased. */
const ERASED = 1000;

/** The work in progress of a webhook in this process. */
export class Workload {
  /** The messages of each user, one after another. */
  readonly turns = new KeyedMutex();
  /** Running runs, by message. */
  readonly runs = new Map<string, ActiveRun>();
  /** Number of runs, and of deliveries that wait for the run of another delivery. */
  pending = 0;
  isClosing = false;
  /** How long `close()` waits, in milliseconds from now on; undefined before. */
  #closesIn: (() => number) | undefined;
  /** Age of deliveries that are read at once, in milliseconds: the difference between the clocks. */
  usualAge = 0;
  readonly #late = new Set<LateReplies>();
  readonly #background = new Set<Promise<void>>();
  readonly #sleeping = new Set<() => void>();
  readonly registrations = new Registrations();

  /** Creates the name of a run's owner, unique across processes when the store is shared. */
  createOwner(isShared: boolean): string {
    owners += 1;
    if (!isShared) return String(owners);
    // Once a process: for each run it would be most of what that costs.
    processName ??= crypto.randomUUID();
    return `${processName}:${owners}`;
  }

  /** Counts work that continues after its run, so that closing waits for it. */
  track(work: Promise<void>): void {
    this.#background.add(work);
    void work.finally(() => this.#background.delete(work));
  }

  /** Counts late replies that wait or are being sent. */
  trackLate(late: LateReplies): void {
    this.#late.add(late);
    this.track(late.done.finally(() => this.#late.delete(late)));
  }

  /**
   * Waits, but no longer than until the webhook closes, or than `least` milliseconds when that takes longer:
   * for half of the time that `close()` has left, at most.
   */
  async sleep(clock: Clock, milliseconds: number, least = 0): Promise<void> {
    const since = clock.now();
    if (!this.isClosing) await this.#sleepUntilClosing(clock, milliseconds);
    const left = Math.min(least - (clock.now() - since), (this.#closesIn?.() ?? 0) / 2);
    if (left > 0) await pause(clock, left);
  }

  async #sleepUntilClosing(clock: Clock, milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clock.clearTimeout(timer);
        this.#sleeping.delete(wake);
        resolve();
      };
      const timer = clock.setTimeout(wake, milliseconds);
      this.#sleeping.add(wake);
    });
  }

  /** Accepts no more work, waits for all of it to end, and abandons the rest after the timeout. */
  async close(clock: Clock, timeout: number): Promise<void> {
    const end = clock.now() + timeout;
    this.isClosing = true;
    this.#closesIn = () => end - clock.now();
    for (const wake of this.#sleeping) wake();
    while (this.pending > 0 || this.runs.size > 0 || this.#background.size > 0) {
      const left = end - clock.now();
      if (left <= 0) {
        await this.#abandon();
        break;
      }
      await pause(clock, Math.min(left, LOOK_AGAIN));
    }
    // The process may end now: what stays registered would be taken for what it died of.
    await within(this.registrations.settle(), ERASED, undefined, clock);
  }

  /** Reports everything that users no longer get. */
  async #abandon(): Promise<void> {
    const told = Array.from(this.#late, (late) => late.abandon());
    const text = 'the webhook was closed before the handler ended';
    for (const run of this.runs.values()) {
      told.push(run.abandon(new RequestError('WECHAT_CLOSING', text)));
    }
    await Promise.all(told);
  }
}
