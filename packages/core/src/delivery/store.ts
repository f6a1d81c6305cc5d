import type { Awaitable } from '../awaitable.ts';
import type {
  ContextLock,
  ContextRecord,
  ContextStore,
  ContextUser,
  Loaded,
} from '../context/store.ts';
import type { Refused, Save } from '../context/transaction.ts';
import type { Reply } from '../reply/reply.ts';

// Where one message stands is two facts. Each has one owner, and changes by these steps only, in
// memory (memory.ts) as in Redis (delivery-scripts.ts); contract.ts checks them by the same names.
//
// Who runs the handler:
//
//            claim                    finish(outcome)
//   free ───────────────► running ─────────────────────► ended
//     ▲                      │
//     └──────────────────────┘  finish(undefined), or the lease is over
//
// Who has the reply, its `holder`:
//
//           claim, wait, closeWindow once the run has ended; finish(answering)
//         ┌────────────────────────────────────────────────────────────────────► a delivery, by number
//   open ◄┼────────────────────────────────────────────────────────────────────  releaseReply
//         │
//         │ closeWindow of the newest delivery while it runs
//         ├────────────────────────────────────────────► late ──────────────┐
//         ├◄───────────────────────────────────────────  claim of a new      │ claimLateReply, once
//         │                                              delivery meanwhile  │ the run has ended
//         └──────────────────────────────────────────────────────────────────┴─► sent
//           claimLateReply once the run has ended
//
// Of several deliveries the newest is the holder: the platform has hung up on those before it, which
// may not show yet. Who holds the reply answers for it: it is given to the platform, or released and
// watched until another delivery has it or it is sent.

/** Which message it is: the platform delivers the same one up to three times. */
export interface DeliveryId extends ContextUser {
  /** Tells the message from all others, whoever sent them. */
  readonly key: string;
}

/** Who runs a message's handler, and for how many milliseconds that holds without `renew`. */
export interface LeaseRequest {
  readonly owner: string;
  readonly lease: number;
}

export interface Claim extends LeaseRequest {
  /** The number of a delivery that was counted already; 0 when no delivery asks. Default: a new one. */
  readonly attempt?: number | undefined;
  /** An owner whose process is known to have died: its run is taken over before its lease is over. */
  readonly expired?: string | undefined;
  /** The message, or a digest of it: all deliveries should have the same. */
  readonly body: string;
}

/** What a claim found. */
export type Claimed = {
  /** Which delivery of the message this is, from 1. */
  readonly attempt: number;
  /** Whether the first delivery had the same body. */
  readonly isSame: boolean;
} & (
  | {
      readonly state: 'yours';
      /** The owner whose run this one replaces, because it died. */
      readonly replaces: string | undefined;
    }
  | { readonly state: 'running' }
  | Ended
);

/** A reply as plain JSON; null when there is nothing to say. A store only keeps it. */
export type Outcome = {
  readonly reply: Reply;
  /** When it was made, in Unix seconds: all deliveries get the same. */
  readonly time: number;
} | null;

/** The run is over. Without an outcome the reply is late: answer `success`. */
export interface Ended {
  readonly state: 'ended';
  readonly outcome: Outcome | undefined;
}

/** The run's owner died or gave it back: it can be claimed. */
export interface Free {
  readonly state: 'free';
}

export interface Finish {
  readonly owner: string;
  /** The reply, for all deliveries of the message; undefined gives the run back. */
  readonly outcome: Outcome | undefined;
  /** The newest delivery that waits for it where the run is, which becomes its holder; 0: none. */
  readonly answering: number;
}

/**
 * What is to be done with a run's reply: `respond` to the deliveries that wait where the run is;
 * `park` it until another delivery asks for it; `defer` it, because the last delivery was answered
 * without it; or nothing, because the run is `stale`: another owner has it.
 */
export type CompletionResult = 'respond' | 'park' | 'defer' | 'stale';

export interface WaitOptions {
  /** The delivery that waits, by its number. */
  readonly attempt: number;
  readonly milliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** How much is held for a user at most. */
export const HELD_LIMITS = { pieces: 20, bytes: 65_536 } as const;

/**
 * Where the deliveries of a message meet, so that its handler runs once and its reply is given
 * once. Every method is one step that nothing can come between; a failure of the store itself
 * rejects. `deliveryStoreContract` has the checks that an own store must pass. Version 2.
 */
export interface DeliveryStore {
  /**
   * Counts a delivery, and gives it the run, how it ended, or the news that another runs it. The
   * owner of a run that goes on keeps it, for the new lease.
   */
  claim(id: DeliveryId, claim: Claim): Promise<Claimed>;

  /** Waits, up to `milliseconds` or the signal, for the end of another's run, and claims its reply. */
  wait(id: DeliveryId, options: WaitOptions): Promise<Ended | Free | undefined>;

  /**
   * Tells that the delivery `attempt` is answered without the reply: when it is the newest one, the
   * reply will be late. Claims the reply instead when it is there by now.
   */
  closeWindow(id: DeliveryId, attempt: number): Promise<Ended | undefined>;

  /** Keeps the run for another lease: `late` when the last window is closed, `stale` when another has the run. */
  renew(id: DeliveryId, lease: LeaseRequest): Promise<'renewed' | 'late' | 'stale'>;

  /** Ends the run. */
  finish(id: DeliveryId, finish: Finish): Promise<CompletionResult>;

  /** Claims a reply that no delivery has, to send it late; false when one has it, or it is sent already. */
  claimLateReply(id: DeliveryId): Promise<boolean>;

  /** Gives a reply back that was claimed for a delivery which had gone by then; false when another has it. */
  releaseReply(id: DeliveryId, attempt: number): Promise<boolean>;

  /** Keeps a late reply for the user's next message, for so many milliseconds; false beyond `HELD_LIMITS`. */
  hold(user: ContextUser, reply: string, milliseconds: number): Promise<boolean>;

  /** Takes what was held for a user, the oldest first. */
  takeHeld(user: ContextUser): Promise<readonly string[]>;

  /** Interrupts the runs of a user that listen, in whatever process. */
  interrupt(user: ContextUser): Promise<void>;

  /** Listens until the returned function is called. */
  onInterrupt(user: ContextUser, listener: () => void): () => void;

  /** For a store that several processes share. */
  readonly runRegistry?: RunRegistry;

  /** The steps of both stores in one, when `contexts` is kept in the same place. */
  unitOfWork?(contexts: ContextStore): UnitOfWork | undefined;
}

/** A run that is written down. */
export interface RegisteredRun {
  /** The account that verified its message. */
  readonly account: string;
  readonly owner: string;
  readonly message: string;
}

/**
 * Where each process writes down the messages that it still has to answer. When it dies after the
 * platform delivered one for the last time, nobody else knows of it: another process finds it here.
 */
export interface RunRegistry {
  /** Writes down a run of this process, which lives for so many milliseconds at least. */
  write(id: DeliveryId, run: RegisteredRun, milliseconds: number): Promise<void>;

  /** Says that this process lives, for so many milliseconds at least. */
  beat(milliseconds: number): Promise<void>;

  /** Takes out a run that has ended. */
  erase(id: DeliveryId): Promise<void>;

  /** Takes at most `limit` runs of known accounts whose processes have died, each of them once. */
  takeExpired(
    isKnown: (account: string) => boolean,
    limit: number,
  ): Promise<readonly RegisteredRun[]>;
}

/** The steps of a message that concern both stores. */
export interface UnitOfWork {
  /**
   * Claims; when the run is ours, loads the context too, taking over the lock of a run that died, and
   * keeping it anew as `rolling` of `ContextStore.load` says.
   */
  begin(
    id: DeliveryId,
    claim: Claim,
    lock: ContextLock | undefined,
    rolling?: number,
  ): Promise<Begun>;

  /**
   * Saves, or only gives back the lock, and finishes. A save that is refused finishes nothing and
   * gives what stood in the way.
   */
  commit(
    id: DeliveryId,
    finish: Finish,
    lock: ContextLock | undefined,
    save: Save | undefined,
  ): Promise<CompletionResult | Refused>;
}

/** A unit of work as a run calls it: of a webhook's own stores it gets values, not promises. */
export interface Steps {
  begin(...given: Parameters<UnitOfWork['begin']>): Awaitable<Begun>;
  commit(...given: Parameters<UnitOfWork['commit']>): Awaitable<CompletionResult | Refused>;
  /** Takes the lock and loads a context once it is asked for. Without it `begin` does, for every message. */
  open?(user: ContextUser, lock: ContextLock | undefined): ContextRecord | undefined;
}

export type Begun = Claimed & { readonly loaded?: Loaded | undefined };

/** Creates the unit of work of two stores that share nothing: one step after the other. */
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
      const refused = save && (await contexts.save(id, save.record, save.options));
      if (refused) return refused;
      const result = await deliveries.finish(id, finish);
      if (!save && lock) await contexts.release(id, lock);
      return result;
    },
  };
}
