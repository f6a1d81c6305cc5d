import type { Awaitable } from '../awaitable.ts';
import type {
  ContextLock,
  ContextRecord,
  ContextStore,
  ContextUser,
  Loaded,
} from '../context/store.ts';
import { type Refused, releaseLock, type Save, saveAgain } from '../context/transaction.ts';
import type { Reply } from '../reply/reply.ts';

// Where one message stands is two facts. Each has one owner, and changes by these steps only, in
// memory (reply-slot.ts) as in Redis (delivery-scripts.ts); contract.ts checks them by the same names.
//
// Who runs the handler:
//
//            claim                    finish(outcome)
//   free ───────────────► running ─────────────────────► ended
//     ▲                      │
//     └──────────────────────┘  finish(undefined), or the lease is over
//
// What is free is its former owner's still, who may renew or finish it; claim takes a run from an owner
// that is known to have died (expired).
//
// Who has the reply, its `holder`:
//
//           claim, wait, closeWindow once the run has ended; finish(answering)
//         ┌────────────────────────────────────────────────────────────────────► a delivery, by number
//   open ◄┼────────────────────────────────────────────────────────────────────  releaseReply
//         │
//         │ closeWindow of the newest delivery before the end
//         ├────────────────────────────────────────────► late ──────────────┐
//         ├◄───────────────────────────────────────────  claim of a new      │ claimLateReply, once
//         │                                              delivery meanwhile  │ the run has ended
//         └──────────────────────────────────────────────────────────────────┴─► sent
//           claimLateReply once the run has ended
//
// A reply may be given to several deliveries: the platform listens to the newest only, and has hung up on
// those before it, which may not show yet. Each answers for it: gives it to the platform, or releases it.
// Which one is the newest can be in doubt, as claims overtake each other on their way here. Certain is
// that a delivery which was counted before another one came, or which the platform sent in an earlier
// second, is over: a reply is free once all that were given it have released it, or are over. Who
// released the last one watches it until another delivery has it or it is sent.
//
// Something on the way, such as a proxy, may double a delivery, and it cannot be known which of the two is
// read. A copy has the time and the nonce of its original, and comes before the platform would send the next
// one. Its number is between those of the two, 2.001 after 2: it makes neither its original over, nor a reply
// that is late open again, and neither of them has a reply once the next delivery was counted.
//
// A call that was rejected may have been carried out, its answer was lost: a store that can do that takes
// the claim of a reply back, and the same call may come twice.

/** How often the platform delivers a message. */
export const DELIVERIES = 3;

/** How many copies of a message's deliveries have a number of their own. */
export const MAX_COPIES = 999;

/** Milliseconds for which the reply of a run is kept: the platform's last try comes 10 s after the first. */
export const KEPT = 30_000;

/** Milliseconds for which it is kept where another process may come late, who must see that the run has ended. */
export const KEPT_LONG = 300_000;

/** The id of a message: the platform delivers the same one up to three times. */
export interface DeliveryId extends ContextUser {
  /** Identifies the message among all others. */
  readonly key: string;
}

/** The owner of a run, and for how many milliseconds it owns it without `renew`. */
export interface LeaseRequest {
  readonly owner: string;
  readonly lease: number;
}

export interface Claim extends LeaseRequest {
  /** The number of a delivery that was counted already; 0 without a delivery. Default: a new one. */
  readonly attempt?: number | undefined;
  /** When the platform sent a new delivery, in Unix seconds. Default: unknown. */
  readonly sentAt?: number | undefined;
  /** The nonce that a new delivery was signed with: copies of it have the same. Default: unknown. */
  readonly nonce?: string | undefined;
  /** Milliseconds after a delivery within which one with the same time and nonce is a copy. Default: 0. */
  readonly copiedWithin?: number | undefined;
  /** An owner whose process is known to have died: its run is taken over before its lease ends. */
  readonly expired?: string | undefined;
  /** The message, or a digest of it: all deliveries should have the same. */
  readonly body: string;
}

/** The result of a claim. */
export type Claimed = {
  /** The number of this delivery of the message, from 1; of a copy, between those of its original and the next. */
  readonly attempt: number;
  /** Whether the first delivery had the same body. */
  readonly isSame: boolean;
  /** Milliseconds by which a copy came after its original: the platform waits no longer for it. Default: 0. */
  readonly behind?: number | undefined;
} & (
  | {
      readonly state: 'yours';
      /** The dead owner whose run this one replaces. */
      readonly replaces: string | undefined;
    }
  | { readonly state: 'running' }
  | Ended
);

/** A reply as plain JSON; null for none. A store only keeps it. */
export type Outcome = {
  readonly reply: Reply;
  /** When it was created, in Unix seconds: all deliveries get the same. */
  readonly time: number;
  /** The text beyond it: sent late by the process that ran the handler, or by the one that takes up after it. */
  readonly rest?: Reply | undefined;
  /** Whether more replies follow it that only the process of the run has, as of a stream. */
  readonly isOpen?: boolean | undefined;
  /** The platform's last delivery, when the run ended for it: nobody else comes for the reply. */
  readonly answering?: number | undefined;
} | null;

/** The run has ended. Without an outcome the reply is late: answer `success`. */
export interface Ended {
  readonly state: 'ended';
  readonly outcome: Outcome | undefined;
  /** The owner that ended it, and the sender that has claimed its late reply. Only `claim` tells. */
  readonly owner?: string | undefined;
  readonly sender?: string | undefined;
}

/** The run's owner died or gave it up: it can be claimed. */
export interface Free {
  readonly state: 'free';
}

export interface Finish {
  readonly owner: string;
  /** The reply, for all deliveries of the message; undefined gives the run up. */
  readonly outcome: Outcome | undefined;
  /** The latest delivery that waits where the run is, which becomes the holder; 0 for none. */
  readonly answering: number;
  /**
   * Whether that delivery has its answer already, as the store had failed to say whose the reply is. Who
   * ended the run does not matter then: its reply is not sent as well. Default: false.
   */
  readonly isTaken?: boolean | undefined;
}

/**
 * The fate of a run's reply: `respond` to the deliveries that wait where the run is; `park` it
 * until another delivery asks for it; `defer` it, because the last delivery was answered without
 * it; or nothing, because the run is `stale`: another owner has it.
 */
export type CompletionResult = 'respond' | 'park' | 'defer' | 'stale';

export interface WaitOptions {
  /** The number of the waiting delivery. */
  readonly attempt: number;
  readonly milliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Maximum size of the replies held for a user. */
export const HELD_LIMITS = { pieces: 20, bytes: 65_536 } as const;

/**
 * Coordinates the deliveries of a message, so that its handler runs once and its reply is given
 * once. Every method is atomic, and rejects when the store itself fails. `deliveryStoreContract`
 * has the checks for your own store. Version 2.
 */
export interface DeliveryStore {
  /**
   * Counts a delivery, and returns whether it got the run, another owner runs it, or how it ended.
   * The owner of a running run keeps it, for the new lease.
   */
  claim(id: DeliveryId, claim: Claim): Promise<Claimed>;

  /**
   * Waits, up to `milliseconds` or until the signal aborts, for another's run to end, and claims
   * its reply.
   */
  wait(id: DeliveryId, options: WaitOptions): Promise<Ended | Free | undefined>;

  /**
   * Records that the delivery `attempt` is answered without the reply: when it is the latest one,
   * apart from copies, the reply will be late. Claims the reply instead when it is available by now,
   * and tells when nobody runs it any more.
   */
  closeWindow(id: DeliveryId, attempt: number): Promise<Ended | Free | undefined>;

  /**
   * Keeps the run for another lease: `late` when the last deadline has passed, `stale` when another
   * owner has the run, or this one has given it up.
   */
  renew(id: DeliveryId, lease: LeaseRequest): Promise<'renewed' | 'late' | 'stale'>;

  /**
   * Ends the run. The same owner may repeat the call, when the answer was lost on its way; it returns
   * the same then.
   */
  finish(id: DeliveryId, finish: Finish): Promise<CompletionResult>;

  /**
   * Claims a reply that no delivery holds, to send it late; false when one holds it, or another
   * sender has claimed it. A sender may repeat the call, when the answer was lost on its way.
   */
  claimLateReply(id: DeliveryId, sender?: string): Promise<boolean>;

  /**
   * Releases a reply that was claimed for a delivery which has disconnected since; false when
   * another delivery has it, or a sender has claimed it. 0 only asks whether nobody has it.
   * `underWay`: milliseconds that its claim took; default: 0. Deliveries that were counted before
   * that, or sent in an earlier second, are over, and have it no more.
   */
  releaseReply(id: DeliveryId, attempt: number, underWay?: number): Promise<boolean>;

  /**
   * Holds a late reply for the user's next message, for the given milliseconds; false beyond
   * `HELD_LIMITS`.
   */
  hold(user: ContextUser, reply: string, milliseconds: number): Promise<boolean>;

  /** Removes and returns the replies held for a user, oldest first. */
  takeHeld(user: ContextUser): Promise<readonly string[]>;

  /** Interrupts a user's runs that listen, in any process, for a message; its own run is not meant. */
  interrupt(id: DeliveryId): Promise<void>;

  /** Listens for other messages that interrupt, until the returned function is called. */
  onInterrupt(id: DeliveryId, listener: () => void): () => void;

  /** Present in a store that several processes share. */
  readonly runRegistry?: RunRegistry;

  /** The steps of both stores in one, when `contexts` is in the same place. */
  unitOfWork?(contexts: ContextStore): UnitOfWork | undefined;
}

/** A registered run. */
export interface RegisteredRun {
  /** The account that verified its message. */
  readonly account: string;
  /** The owner of the run; '' when only its reply is to be sent. */
  readonly owner: string;
  /** The process: the names begin with it under which it claims late replies. Default: not known. */
  readonly sender?: string | undefined;
  readonly message: string;
}

/**
 * The messages that each process still has to answer. When a process dies after the platform's last
 * delivery of one, another process finds it here.
 */
export interface RunRegistry {
  /** Registers a run of this process, which lives for at least the given milliseconds. */
  write(id: DeliveryId, run: RegisteredRun, milliseconds: number): Promise<void>;

  /** Records that this process lives, for at least the given milliseconds. */
  beat(milliseconds: number): Promise<void>;

  /** Removes a run that has ended. */
  erase(id: DeliveryId): Promise<void>;

  /**
   * Takes at most `limit` runs of known accounts whose processes have died, each of them once. They
   * stay registered, as runs of this process, until it erases them.
   */
  takeExpired(
    isKnown: (account: string) => boolean,
    limit: number,
  ): Promise<readonly RegisteredRun[]>;
}

/** The steps of a message that concern both stores. */
export interface UnitOfWork {
  /**
   * Claims; when claimed, loads the context too, takes over the lock of a dead run, and extends the
   * context as `rolling` of `ContextStore.load` says.
   */
  begin(
    id: DeliveryId,
    claim: Claim,
    lock: ContextLock | undefined,
    rolling?: number,
  ): Promise<Begun>;

  /**
   * Saves, or only releases the lock, and finishes. A refused save finishes nothing, and returns
   * what prevented it.
   */
  commit(
    id: DeliveryId,
    finish: Finish,
    lock: ContextLock | undefined,
    save: Save | undefined,
  ): Promise<CompletionResult | Refused>;
}

/** A unit of work as called by a run: with the webhook's own stores it returns values, not promises. */
export interface Steps {
  begin(...given: Parameters<UnitOfWork['begin']>): Awaitable<Begun>;
  commit(...given: Parameters<UnitOfWork['commit']>): Awaitable<CompletionResult | Refused>;
  /** Takes the lock and loads a context on first use. Without it `begin` does, for every message. */
  open?(user: ContextUser, lock: ContextLock | undefined): ContextRecord | undefined;
}

export type Begun = Claimed & { readonly loaded?: Loaded | undefined };

/** Creates the unit of work of two independent stores: one step after the other. */
export function sequential(contexts: ContextStore, deliveries: DeliveryStore): UnitOfWork {
  return {
    async begin(id, claim, lock) {
      const claimed = await deliveries.claim(id, claim);
      if (claimed.state !== 'yours') return claimed;
      const { state, attempt, isSame, replaces } = claimed;
      if (lock && replaces !== undefined) {
        await contexts.release(id, { ...lock, owner: replaces });
      }
      return { state, attempt, isSame, replaces, loaded: await contexts.load(id, lock) };
    },
    async commit(id, finish, lock, save) {
      const refused = save && (await saveAgain(contexts, id, save));
      if (refused) return refused;
      const result = await deliveries.finish(id, finish);
      if (!save) await releaseLock(contexts, id, lock);
      return result;
    },
  };
}
