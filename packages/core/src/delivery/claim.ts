import type { Account } from '../account.ts';
import { runInBackground } from '../background.ts';
import type { Turn } from '../context/keyed-mutex.ts';
import type { ContextLock, ContextUser } from '../context/store.ts';
import { StoreError } from '../errors.ts';
import { joinKey } from '../join-key.ts';
import type { Dispatch } from '../router.ts';
import { leaseMilliseconds } from './heartbeat.ts';
import type { Begun, Claim, Claimed, DeliveryId } from './store.ts';
import type { Workload } from './workload.ts';

/** What answers the deliveries of an account. */
export interface Service {
  readonly account: Account;
  readonly workload: Workload;
  readonly dispatch: Dispatch;
}

/** What a run has of its message: who it is to the store, its place in the line, its lock. */
export interface Possession {
  readonly owner: string;
  /** Milliseconds. */
  readonly lease: number;
  /** The place among the messages of the user, when it was not its turn at once. */
  readonly turn: Turn | undefined;
  readonly lock: ContextLock | undefined;
}

/** Names a user for the line of their messages. */
export function nameUser({ account, openid }: ContextUser): string {
  return joinKey(account, openid);
}

/**
 * Claims a message that has no run in this process. When it is ours and it is its turn, the context
 * comes with it; when others of the user are before it, it costs the store nothing until its turn.
 */
export async function claimRun(
  { account, workload }: Service,
  id: DeliveryId,
  { attempt, expired }: Pick<Claim, 'attempt' | 'expired'>,
  body: string,
): Promise<{ readonly begun: Begun; readonly possession: Possession | undefined }> {
  const { contexts, deliveries, ordering, unit } = account;
  const user = ordering === 'serial' ? nameUser(id) : undefined;
  const turn = user === undefined ? undefined : workload.turns.acquire(user);
  const owner = workload.createOwner();
  const lease = leaseMilliseconds(account);
  const lock = user === undefined ? undefined : { owner, lease };
  const claim = { owner, lease, attempt, expired, body };
  let begun: Begun;
  try {
    begun = checkClaimed(await (turn ? deliveries.claim(id, claim) : unit.begin(id, claim, lock)));
  } catch (error) {
    if (user !== undefined) workload.turns.release(user, turn);
    // It may have claimed or locked before it failed.
    const finish = { owner, outcome: undefined, answering: 0 };
    runInBackground(() => deliveries.finish(id, finish));
    if (lock) runInBackground(() => contexts.release(id, lock));
    throw error;
  }
  if (begun.state === 'yours') return { begun, possession: { owner, lease, turn, lock } };
  if (user !== undefined) workload.turns.release(user, turn);
  return { begun, possession: undefined };
}

const STATES: readonly unknown[] = ['yours', 'running', 'ended'];

/** Refuses what is no answer, which would be asked for again and again. */
export function checkClaimed<C extends Claimed>(claimed: C): C {
  if (STATES.includes((Object(claimed) as C).state)) return claimed;
  throw new StoreError('the delivery store failed: claim() gave no state of a run');
}
