import type { Account } from '../account.ts';
import { runInBackground } from '../background.ts';
import { repeat } from '../clock.ts';
import { parseMessage } from '../message/message.ts';
import type { Dispatch } from '../router.ts';
import { isRecorded, leaseOf } from './lease.ts';
import type { DeadRun, DeliveryStore } from './store.ts';
import { adoptRun } from './window.ts';

/**
 * Takes up the runs of processes that died when the platform delivers their messages no more. One
 * for each webhook.
 */
export class Adoption {
  readonly #dispatch: Dispatch;
  /** By their ids: only those that have verified a delivery. */
  readonly #accounts = new Map<string, Account>();

  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
  }

  /** Tells that messages of an account come here. */
  notice(account: Account): void {
    const { id } = account;
    if (!isRecorded(account) || this.#accounts.get(id) === account) return;
    if (this.#accounts.size === 0) repeat(account.clock, () => this.#look(), leaseOf(account));
    this.#accounts.set(id, account);
  }

  #look(): void {
    const stores = new Map<DeliveryStore, string[]>();
    for (const [id, { deliveries }] of this.#accounts) {
      const ids = stores.get(deliveries);
      if (ids) ids.push(id);
      else stores.set(deliveries, [id]);
    }
    for (const [{ records }, ids] of stores) {
      // A store that fails says so with every delivery.
      runInBackground(async () => {
        const dead = (await records?.takeDead(ids)) ?? [];
        for (const run of dead) runInBackground(() => this.#adopt(run));
      });
    }
  }

  #adopt({ account: id, message }: DeadRun): void {
    const account = this.#accounts.get(id);
    const work = async () => {
      if (account) await adoptRun(parseMessage(message), account, this.#dispatch);
    };
    work().catch((error: unknown) => {
      account?.logger.error({ err: error }, 'the run of a process that died cannot be taken up');
    });
  }
}
