import type { Account } from '../account.ts';
import { runInBackground } from '../background.ts';
import { repeat } from '../clock.ts';
import { RunTooLongError } from '../errors.ts';
import type { Message } from '../message/message.ts';
import { messageKey } from '../undelivered.ts';
import type { DeliveryId, RunRegistry } from './store.ts';
import type { Workload } from './workload.ts';

/** Returns the milliseconds for which a run is safe without a renewal by its process. */
export function leaseMilliseconds({ replyWindow }: Account): number {
  return Math.min(Math.max(replyWindow, 1000), 4500);
}

/** Returns the registry of an account's runs; undefined when no reply of a crashed run is needed. */
export function findRegistry({ deliveries, lateReply }: Account): RunRegistry | undefined {
  return lateReply === 'drop' ? undefined : deliveries.runRegistry;
}

/** Number of leases after which an unreachable store has removed the run by itself. */
const MAX_ERASES = 10;

/** The parts of a run that a heartbeat uses. */
export interface LivingRun {
  readonly id: DeliveryId;
  readonly owner: string;
  readonly account: Account;
  readonly workload: Pick<Workload, 'keepAlive' | 'letGo'>;
  readonly message: Message;
  readonly isRecovered: boolean;
  readonly hasResponded: boolean;
  readonly transaction: { renew(): void } | undefined;
  /** When the handlers were called, and the callback that ends the wait for them. */
  since: number;
  overrun: ((error: Error) => void) | undefined;
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
  #registry: RunRegistry | undefined;
  #written: Promise<void> | undefined;

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
    const { account, id, message, owner, isRecovered, workload } = this.#run;
    const registry = findRegistry(account);
    if (!registry || this.#registry) return;
    this.#registry = registry;
    const lease = leaseMilliseconds(account);
    workload.keepAlive(registry, account.clock, lease);
    // It was written down when it was taken.
    if (isRecovered) return;
    const run = { account: account.id, owner, message: message.raw };
    this.#written = registry.write(id, run, lease);
    await this.#written;
  }

  /** Unregisters a run that is completely finished. */
  unregister(): void {
    const registry = this.#registry;
    if (!registry) return;
    this.#registry = undefined;
    runInBackground(() => this.#erase(registry));
  }

  /**
   * Erases the run in the registry: a run left there would be repeated once this process dies,
   * after everything else about it has been removed.
   */
  async #erase(registry: RunRegistry): Promise<void> {
    const { account, id, workload } = this.#run;
    // The one must not overtake the other.
    await this.#written?.catch(() => {});
    for (let tries = 1; tries <= MAX_ERASES; tries += 1) {
      try {
        await registry.erase(id);
        break;
      } catch {
        await new Promise<void>((resolve) => {
          account.clock.setTimeout(resolve, leaseMilliseconds(account)).unref?.();
        });
      }
    }
    workload.letGo(registry);
  }

  #beat(): void {
    const { account, transaction } = this.#run;
    runInBackground(() => this.register());
    transaction?.renew();
    if (!this.#run.hasResponded) runInBackground(() => this.#renew());
    if (account.clock.now() - this.#run.since < account.maxRun - 1) return;
    this.#run.since = Number.POSITIVE_INFINITY;
    this.#run.overrun?.(
      new RunTooLongError(`a handler did not end within ${account.maxRun} ms (maxRun)`),
    );
    this.#run.abort();
  }

  async #renew(): Promise<void> {
    const { account, id, owner } = this.#run;
    const state = await account.deliveries.renew(id, { owner, lease: leaseMilliseconds(account) });
    if (state === 'stale') this.#run.abort();
    if (state === 'late') this.#run.closeWindow();
  }
}
