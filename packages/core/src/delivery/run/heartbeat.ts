import type { Account } from '../../account.ts';
import { runInBackground } from '../../background.ts';
import { repeat } from '../../clock.ts';
import { RunTooLongError } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { messageKey } from '../../undelivered.ts';
import { leaseMilliseconds, type Registrations } from '../registrations.ts';
import type { DeliveryId } from '../store.ts';

/** The parts of a run that a heartbeat uses. */
export interface LivingRun {
  readonly id: DeliveryId;
  readonly owner: string;
  readonly account: Account;
  readonly workload: { readonly registrations: Registrations };
  readonly message: Message;
  readonly hasResponded: boolean;
  readonly isBegun: boolean;
  readonly transaction: { renew(): void } | undefined;
  /** When the handlers were called, and the callback that ends the wait for them. */
  since: number;
  overrun: ((error: Error) => void) | undefined;
  isOverrun: boolean;
  wasTaken: boolean;
  abort(): void;
  closeWindow(): void;
  stayAlive(): void;
}

/** Waits for the handlers, for `maxRun` at most. A later result is reported. */
export function limitRun<T>(run: LivingRun, work: PromiseLike<T>, isStream: boolean): Promise<T> {
  const { account, message } = run;
  run.since = Math.min(run.since, account.clock.now());
  run.stayAlive();
  return new Promise((resolve, reject) => {
    run.overrun = (error) => {
      reject(error);
      // A stream is stopped, so that nothing of it comes later.
      if (isStream) return;
      const { logger } = account;
      const key = messageKey(message);
      work.then(
        () => logger.warn({ message: key }, 'a handler ended after maxRun; its reply was dropped'),
        (late: unknown) =>
          logger.error({ err: late, message: key }, 'a handler failed after maxRun'),
      );
    };
    work.then(resolve, reject);
  });
}

/** Renews the lease of a run while it goes on, and ends it after `maxRun`. */
export class Heartbeat {
  readonly #run: LivingRun;
  #stopBeats: (() => void) | undefined;
  #isRegistered = false;

  constructor(run: LivingRun) {
    this.#run = run;
  }

  start(): void {
    if (this.#stopBeats) return;
    const { account } = this.#run;
    const interval = Math.min(leaseMilliseconds(account) / 3, account.maxRun);
    this.#stopBeats = repeat(account.clock, () => this.#beat(), interval);
  }

  stop(): void {
    this.#stopBeats?.();
  }

  /** Registers the run, for another process to find when this one dies. */
  async register(): Promise<void> {
    const { account, id, message, owner, workload } = this.#run;
    if (this.#isRegistered) return;
    this.#isRegistered = true;
    await workload.registrations.enter(id, account, { owner, message });
  }

  /** Unregisters a run that is completely finished. */
  unregister(): void {
    if (!this.#isRegistered) return;
    this.#isRegistered = false;
    this.#run.workload.registrations.leave(this.#run.id, this.#run.account);
  }

  #beat(): void {
    const { account, transaction } = this.#run;
    runInBackground(() => this.register());
    transaction?.renew();
    if (!this.#run.hasResponded) runInBackground(() => this.#renew());
    if (account.clock.now() - this.#run.since < account.maxRun - 1) return;
    this.#run.since = Number.POSITIVE_INFINITY;
    this.#run.isOverrun = true;
    this.#run.overrun?.(
      new RunTooLongError(`a handler did not end within ${account.maxRun} ms (maxRun)`),
    );
    this.#run.abort();
  }

  async #renew(): Promise<void> {
    const { account, id, owner } = this.#run;
    const state = await account.deliveries.renew(id, { owner, lease: leaseMilliseconds(account) });
    if (state === 'stale') {
      this.#run.wasTaken = true;
      // Before its handlers start it is claimed again, and may be this one's still.
      if (this.#run.isBegun) this.#run.abort();
    }
    if (state === 'late') this.#run.closeWindow();
  }
}
