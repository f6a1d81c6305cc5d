import type { Account } from '../account.ts';
import { runInBackground } from '../background.ts';
import { repeat } from '../clock.ts';
import { parseMessage } from '../message/message.ts';
import type { Dispatch } from '../router.ts';
import { isRecorded, leaseOf } from './lease.ts';
import type { DeliveryStore } from './store.ts';
import { adoptRun } from './window.ts';

/**
 * Takes up the runs of processes that died when the platform delivers their messages no more. One
 * for each webhook.
 */
export class Adoption {
  readonly #dispatch: Dispatch;
  /** By the id that messages are sent to. */
  readonly #accounts = new Map<string, Account>();

  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
  }

  /** Tells that messages of an account come here. */
  notice(id: string, account: Account): void {
    if (!isRecorded(account) || this.#accounts.get(id) === account) return;
    if (this.#accounts.size === 0) repeat(account.clock, () => this.#look(), leaseOf(account));
    this.#accounts.set(id, account);
  }

  #look(): void {
    const stores = new Map<DeliveryStore, string[]>();
    for (const [id, { deliveries }] of this.#accounts) {
      stores.set(deliveries, [...(stores.get(deliveries) ?? []), id]);
    }
    for (const [{ records }, ids] of stores) {
      // A store that fails says so with every delivery.
      runInBackground(async () => {
        for (const raw of (await records?.takeDead(ids)) ?? []) this.#adopt(raw);
      });
    }
  }

  #adopt(raw: string): void {
    const [first] = this.#accounts.values();
    const work = async () => {
      const message = parseMessage(raw);
      const account = this.#accounts.get(message.target);
      if (account) await adoptRun(message, account, this.#dispatch);
    };
    work().catch((error: unknown) => {
      first?.logger.error({ err: error }, 'the run of a process that died cannot be taken up');
    });
  }
}
