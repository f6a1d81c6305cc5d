import type { Account } from '../account.ts';
import type { Message } from '../message/message.ts';
import type { DeliveryId } from './store.ts';

/** Milliseconds for which a run is safe while its process does not say that it lives. */
export const leaseOf = ({ replyWindow }: Account): number =>
  Math.min(Math.max(replyWindow, 1000), 4500);

/** Whether runs that take long are written down: nobody needs the reply of one that is dropped. */
export function isRecorded({ deliveries, lateReply }: Account): boolean {
  return deliveries.records !== undefined && lateReply !== 'drop';
}

export interface LeaseParts {
  readonly id: DeliveryId;
  readonly owner: string;
  readonly account: Account;
  readonly message: Message;
  /** Whether its process died once: what kills a process must not kill all of them. */
  readonly isAdopted: boolean;
}

/** A run's hold on its message. */
export class Lease {
  readonly #parts: LeaseParts;
  #isWritten = false;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  /** Says that the run lives. */
  async renew(): Promise<'renewed' | 'late' | 'lost' | 'unknown'> {
    const { id, owner, account } = this.#parts;
    this.#write();
    const lease = { owner, lease: leaseOf(account) };
    return account.deliveries.renew(id, lease).catch(() => 'unknown');
  }

  /** Says that nothing runs any more. */
  end(): void {
    const { id, account } = this.#parts;
    if (this.#isWritten) account.deliveries.records?.erase(id).catch(() => {});
  }

  #write(): void {
    const { id, account, message, isAdopted } = this.#parts;
    if (isAdopted || !isRecorded(account)) return;
    this.#isWritten = true;
    account.deliveries.records?.write(id, message.raw, leaseOf(account)).catch(() => {});
  }
}
