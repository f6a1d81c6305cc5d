import type { Account } from '../account.ts';
import { repeat } from '../clock.ts';
import { parseMessage } from '../message/message.ts';
import type { Dispatch } from '../router.ts';
import { isRecorded, leaseOf } from './lease.ts';
import type { DeliveryStore } from './store.ts';
import { messageOf } from './undelivered.ts';
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
      records?.takeDead(ids).then(
        (messages) => messages.forEach((raw) => this.#adopt(raw)),
        () => {},
      );
    }
  }

  #adopt(raw: string): void {
    const message = parseMessage(raw);
    const account = this.#accounts.get(message.target);
    if (!account) return;
    adoptRun(message, account, this.#dispatch).catch((error: unknown) => {
      account.logger.error(
        { cause: messageOf(error) },
        'the run of a process that died cannot be taken up',
      );
    });
  }
}
