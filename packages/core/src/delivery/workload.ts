import { runInBackground } from '../background.ts';
import { type Clock, repeat } from '../clock.ts';
import { KeyedMutex } from '../context/keyed-mutex.ts';
import { RequestError } from '../errors.ts';
import type { Handoff } from './handoff.ts';
import type { LateReplies } from './late-replies.ts';
import type { RunRegistry } from './store.ts';

/** A run that goes on, as the deliveries of its message find it. */
export interface ActiveRun {
  readonly owner: string;
  /** Milliseconds for which it was claimed. */
  readonly lease: number;
  readonly handoff: Handoff;
  /** The newest delivery, by its number. */
  readonly attempt: number;
  /** Tells of a newer delivery, and when its window closes, on the account's clock. */
  meet(attempt: number, closing: number): void;
  /** Tells that the last delivery was answered without the reply. */
  closeWindow(): void;
  abandon(cause: Error): Promise<void>;
}

/** Names a user for the line of their messages. */
export function nameLine(account: string, openid: string): string {
  return `${account.length}:${account}${openid}`;
}

let processName: string | undefined;
let owners = 0;

/** Milliseconds between two looks at what cannot say that it has ended. */
const LOOK_AGAIN = 20;

/** What a webhook has in work in this process. */
export class Workload {
  /** The messages of one user, one after another. */
  readonly turns = new KeyedMutex();
  /** Runs that go on, by message. */
  readonly runs = new Map<string, ActiveRun>();
  /** Runs, and deliveries that wait for a run of another delivery. */
  pending = 0;
  isClosing = false;
  readonly #late = new Set<LateReplies>();
  readonly #background = new Set<Promise<void>>();
  readonly #sleeping = new Set<() => void>();
  readonly #registered = new Map<RunRegistry, { count: number; stop: () => void }>();

  /** Creates the name of a run's owner, which no other process has when the store is shared. */
  createOwner(isShared: boolean): string {
    owners += 1;
    if (!isShared) return String(owners);
    // Once a process: for each run it would be most of what that costs.
    processName ??= crypto.randomUUID();
    return `${processName}:${owners}`;
  }

  /** Counts work that goes on after its run, so that closing waits for it. */
  track(work: Promise<void>): void {
    this.#background.add(work);
    void work.finally(() => this.#background.delete(work));
  }

  /** Counts late replies that wait or are being sent. */
  trackLate(late: LateReplies): void {
    this.#late.add(late);
    this.track(late.done.finally(() => this.#late.delete(late)));
  }

  /** Waits, but not longer than until the webhook closes. */
  async sleep(clock: Clock, milliseconds: number): Promise<void> {
    if (this.isClosing) return;
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

  /** Has a registry know that this process lives, as long as one of its runs is written down there. */
  keepAlive(registry: RunRegistry, clock: Clock, lease: number): void {
    const known = this.#registered.get(registry);
    if (known) {
      known.count += 1;
      return;
    }
    const stop = repeat(clock, () => runInBackground(() => registry.beat(lease)), lease / 3);
    this.#registered.set(registry, { count: 1, stop });
  }

  letGo(registry: RunRegistry): void {
    const known = this.#registered.get(registry);
    if (!known) return;
    known.count -= 1;
    if (known.count > 0) return;
    known.stop();
    this.#registered.delete(registry);
  }

  /** Takes no more, waits until nothing goes on any more, and abandons what does not end in time. */
  async close(clock: Clock, timeout: number): Promise<void> {
    this.isClosing = true;
    for (const wake of this.#sleeping) wake();
    const end = clock.now() + timeout;
    while (this.pending > 0 || this.runs.size > 0 || this.#background.size > 0) {
      const left = end - clock.now();
      if (left <= 0) {
        await this.#abandon();
        return;
      }
      await new Promise<void>((resolve) => clock.setTimeout(resolve, Math.min(left, LOOK_AGAIN)));
    }
  }

  /** Tells of all that the users do not get any more. */
  async #abandon(): Promise<void> {
    const told = Array.from(this.#late, (late) => late.abandon());
    const text = 'the webhook was closed before the handler ended';
    for (const run of this.runs.values()) {
      told.push(run.abandon(new RequestError('WECHAT_CLOSING', text)));
    }
    await Promise.all(told);
  }
}
