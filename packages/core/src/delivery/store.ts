import type { Refused, Save } from '../context/session.ts';
import type { ContextLock, ContextStore, ContextUser, Loaded } from '../context/store.ts';
import type { Tree } from '../tree.ts';

/** Which message it is: the platform delivers the same one up to three times. */
export interface DeliveryId extends ContextUser {
  /** Tells the message from all others, whosever they are. */
  readonly key: string;
}

/** Who runs a message's handler, and for how many milliseconds that holds without `renew`. */
export interface Lease {
  readonly owner: string;
  readonly lease: number;
}

export interface Claim extends Lease {
  /** Whether it is a delivery that was not counted yet. */
  readonly isNew: boolean;
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

/** A reply's tags as plain JSON; null when there is nothing to say. A store only keeps it. */
export type Outcome = Tree | null;

/** The run is over. Without an outcome its reply went, or goes, another way: answer `success`. */
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
  /** Whether the delivery that started the run is still there to be answered with it. */
  readonly isAnswering: boolean;
}

/**
 * What is to be done with a run's reply: `answer` the delivery that started it; `wait` whether
 * another delivery asks for it; send it `late`, because the last delivery was answered without it;
 * or nothing, because the run was `lost` to another owner.
 */
export type Fate = 'answer' | 'wait' | 'late' | 'lost';

/**
 * Where the deliveries of a message meet, so that its handler runs once and its reply is given
 * once. Every method is one step that nothing can come between; a failure of the store itself
 * rejects. `deliveryStoreContract` has the checks that an own store must pass.
 */
export interface DeliveryStore {
  /** Counts a delivery, and gives it the run, how it ended, or the news that another runs it. */
  claim(id: DeliveryId, claim: Claim): Promise<Claimed>;

  /** Waits, up to `milliseconds` or the signal, for the end of another's run, and takes its reply. */
  wait(id: DeliveryId, options: WaitOptions): Promise<Ended | Free | undefined>;

  /**
   * Tells that the delivery `attempt` is answered without the reply: when it is the newest one, the
   * reply will be late. Gives the reply instead when it is there by now.
   */
  giveUp(id: DeliveryId, attempt: number): Promise<Ended | undefined>;

  /** Keeps the run for another lease: `late` when the last delivery was given up, `lost` when another has the run. */
  renew(id: DeliveryId, lease: Lease): Promise<'renewed' | 'late' | 'lost'>;

  /** Ends the run. */
  finish(id: DeliveryId, finish: Finish): Promise<Fate>;

  /** Takes a reply that no delivery asked for, to send it late; false when one did. */
  takeLate(id: DeliveryId): Promise<boolean>;

  /** Puts a reply back that was taken for a delivery which had gone by then: another may ask for it. */
  putBack(id: DeliveryId): Promise<void>;

  /** Keeps a late reply for the user's next message, for so many milliseconds. */
  hold(user: ContextUser, reply: string, milliseconds: number): Promise<void>;

  /** Takes what was held for a user, the oldest first. */
  takeHeld(user: ContextUser): Promise<readonly string[]>;

  /** Interrupts the runs of a user that listen, in whatever process. */
  interrupt(user: ContextUser): Promise<void>;

  /** Listens until the returned function is called. */
  onInterrupt(user: ContextUser, listener: () => void): () => void;

  /** For a store that several processes share. */
  readonly records?: RunRecords;

  /** The steps of both stores in one, when `contexts` is kept in the same place. */
  joint?(contexts: ContextStore): JointStore | undefined;
}

/**
 * Where runs that take long are written down. When a process dies after the platform delivered a
 * message for the last time, nobody else knows of it: another process finds it here.
 */
export interface RunRecords {
  /** Writes down what a run answers, or that it still lives, for so many milliseconds. */
  write(id: DeliveryId, message: string, milliseconds: number): Promise<void>;

  /** Takes out a run that has ended. */
  erase(id: DeliveryId): Promise<void>;

  /** Takes the messages to these accounts whose time is over, each of them once. */
  takeDead(accounts: readonly string[]): Promise<readonly DeadRun[]>;
}

/** A run whose process died: the account that verified its message, and the message. */
export interface DeadRun {
  readonly account: string;
  readonly message: string;
}

export interface WaitOptions {
  readonly milliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** The steps of a message that concern both stores. */
export interface JointStore {
  /** Claims; when the run is ours, loads the context too, taking over the lock of a run that died. */
  begin(id: DeliveryId, claim: Claim, lock: ContextLock | undefined): Promise<Begun>;

  /**
   * Saves, or only gives back the lock, and finishes. A save that is refused finishes nothing and
   * gives what stood in the way.
   */
  commit(
    id: DeliveryId,
    finish: Finish,
    lock: ContextLock | undefined,
    save: Save | undefined,
  ): Promise<Fate | Refused>;
}

export type Begun = Claimed & { readonly loaded?: Loaded | undefined };

/** The steps of both stores one after the other. */
export function inTurn(contexts: ContextStore, deliveries: DeliveryStore): JointStore {
  return {
    async begin(id, claim, lock) {
      const claimed = await deliveries.claim(id, claim);
      if (claimed.state !== 'yours') return claimed;
      if (lock && claimed.replaces !== undefined) {
        await contexts.release(id, { ...lock, owner: claimed.replaces });
      }
      const { state, attempt, isSame, replaces } = claimed;
      return { state, attempt, isSame, replaces, loaded: await contexts.load(id, lock) };
    },
    async commit(id, finish, lock, save) {
      const refused = save && (await contexts.save(id, save.record, save.options));
      if (refused) return refused;
      const fate = await deliveries.finish(id, finish);
      if (!save && lock) await contexts.release(id, lock);
      return fate;
    },
  };
}
