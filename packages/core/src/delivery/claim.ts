import { type Awaitable, isPromise } from '../awaitable.ts';
import { runInBackground } from '../background.ts';
import { deliveryChannel } from '../diagnostics.ts';
import { StoreError } from '../errors.ts';
import { messageKey, UndeliveredError } from '../undelivered.ts';
import type { DeliveryAttempt } from './attempt.ts';
import { reportUndelivered } from './late/late-replies.ts';
import { leaseMilliseconds } from './registrations.ts';
import { execute } from './run/execution.ts';
import { type Possession, Run } from './run/run.ts';
import { areRunsSeen, RunWatch } from './run/run-watch.ts';
import { type Begun, type Claim, type Claimed, DELIVERIES, type LeaseRequest } from './store.ts';
import type { ActiveRun } from './workload.ts';

/** A claim of a delivery that was counted before, or of a run whose process has died. */
export type Which = Pick<Claim, 'attempt' | 'expired'>;

/** The end of an owner's name who took a run up that its process had died of, for no delivery. */
const TAKEN_UP = ':taken-up';

/** Counts the delivery, and starts the run when claimed. */
export function claim(delivery: DeliveryAttempt, which: Which = {}): Awaitable<Begun> {
  const here = delivery.workload.runs.get(delivery.id.key);
  return here && !here.isGivenUp ? join(delivery, here, which) : claimRun(delivery, which);
}

async function join(delivery: DeliveryAttempt, here: ActiveRun, which: Which): Promise<Begun> {
  const { account, id } = delivery;
  const since = account.clock.now();
  const wanted = createClaim(delivery, which, here);
  const claimed = checkClaimed(await account.deliveries.claim(id, wanted));
  delivery.underWay = account.clock.now() - since;
  count(delivery, claimed);
  publishJoined(delivery, claimed.state === 'ended' ? 'ended' : 'running');
  if (claimed.state !== 'yours' || !here.isGivenUp) return claimed;
  // It was given up meanwhile: this may have claimed it again, for who does not run it any more.
  await account.deliveries.finish(id, { owner: here.owner, outcome: undefined, answering: 0 });
  return claimRun(delivery, { attempt: delivery.attempt });
}

/**
 * Claims a message that has no run in this process, with its context in the same step; behind other
 * messages of the user that is loaded on its turn, when the message is claimed again.
 */
function claimRun(delivery: DeliveryAttempt, which: Which): Awaitable<Begun> {
  const { account, id, user, workload } = delivery;
  const { attempt } = which;
  // A run that was taken up before waits for its lease: the next delivery goes before its end.
  const expired = which.expired?.endsWith(TAKEN_UP) ? undefined : which.expired;
  const { deliveries, steps } = account;
  const isSerial = account.ordering === 'serial';
  const turn = isSerial ? workload.turns.acquire(user) : undefined;
  const name = workload.createOwner(!steps.open);
  const owner = delivery.attempt === 0 ? `${name}${TAKEN_UP}` : name;
  const lease = leaseMilliseconds(account);
  const lock = isSerial ? { owner, lease } : undefined;
  const possession = { owner, lease, turn, lock };
  const wanted = createClaim(delivery, { attempt, expired }, possession);
  const claiming = turn ? deliveries.claim(id, wanted) : steps.begin(id, wanted, lock);
  return isPromise(claiming)
    ? awaitClaim(delivery, claiming, possession)
    : take(delivery, claiming, possession);
}

/** Returns what the store is asked for a delivery, by an owner. */
function createClaim(
  { account, body, nonce, sentAt }: DeliveryAttempt,
  { attempt, expired }: Which,
  { owner, lease }: LeaseRequest,
): Claim {
  // The platform does not send it again before the window is over, if with the same nonce then.
  const copiedWithin = account.replyWindow;
  return { owner, lease, attempt, expired, body, sentAt, nonce, copiedWithin };
}

async function awaitClaim(
  delivery: DeliveryAttempt,
  claiming: Promise<Begun>,
  possession: Possession,
): Promise<Begun> {
  const { account, id, user, workload } = delivery;
  const { lock, owner, turn } = possession;
  const since = account.clock.now();
  let begun: Begun;
  try {
    begun = checkClaimed(await claiming);
  } catch (error) {
    if (lock) workload.turns.release(user, turn);
    // It may have claimed or locked before it failed.
    const finish = { owner, outcome: undefined, answering: 0 };
    runInBackground(() => account.deliveries.finish(id, finish));
    if (lock) runInBackground(() => account.contexts.release(id, lock));
    throw error;
  }
  delivery.underWay = account.clock.now() - since;
  return take(delivery, begun, possession);
}

/** Starts the run of a message that was claimed for this delivery; else gives the turn up. */
function take(delivery: DeliveryAttempt, begun: Begun, possession: Possession): Begun {
  count(delivery, begun);
  if (begun.state === 'yours') {
    const isDeadly = delivery.attempt === 0 && begun.replaces?.endsWith(TAKEN_UP);
    if (isDeadly) return endDeadly(delivery, begun, possession);
    start(delivery, begun, possession);
    return begun;
  }
  publishJoined(delivery, begun.state);
  const { lock, turn } = possession;
  if (lock) delivery.workload.turns.release(delivery.user, turn);
  return begun;
}

/** Ends a message that two processes died of, one after another: it must not kill all of them. */
function endDeadly(
  delivery: DeliveryAttempt,
  begun: Begun,
  { lock, owner, turn }: Possession,
): Begun {
  const { account, id, message, user, workload } = delivery;
  const finish = { owner, outcome: null, answering: 0 };
  runInBackground(() => account.steps.commit(id, finish, lock, undefined));
  if (lock) workload.turns.release(user, turn);
  const cause = new Error('two processes died one after another while they ran its handler');
  const error = new UndeliveredError({ type: 'none' }, messageKey(message), cause);
  workload.track(reportUndelivered(error, delivery.createExchange(cause), account));
  return { attempt: begun.attempt, isSame: begun.isSame, state: 'ended', outcome: null };
}

function count(delivery: DeliveryAttempt, { attempt, behind = 0, isSame }: Claimed): void {
  // A repeated claim returns the number of the newest delivery.
  if (delivery.attempt > 0 && !delivery.isCounted) {
    delivery.attempt = attempt;
    delivery.closing -= behind;
  }
  delivery.isCounted = true;
  if (isSame) return;
  delivery.account.logger.warn(
    { message: messageKey(delivery.message) },
    'two deliveries of a message differ; using the first one',
  );
}

function start(delivery: DeliveryAttempt, { loaded }: Begun, possession: Possession): void {
  const { attempt, body, closing, id, message, service, user, workload } = delivery;
  const { native } = delivery.incoming.request;
  // It takes the place of this delivery among what is pending.
  if (delivery.run) workload.pending += 1;
  const run = new Run(
    { id, user, service, possession, loaded, message, native, body },
    attempt,
    closing,
  );
  delivery.run = run;
  service.waitUntil?.(new Promise<void>((resolve) => void (run.onDone = resolve)));
  // Nobody may come any more to see that this process has died.
  if (attempt === 0 || attempt >= DELIVERIES) runInBackground(() => run.heartbeat.register());
  if (attempt > 0) delivery.place = run.handoff.enter(delivery);
  if (areRunsSeen()) {
    run.watch = new RunWatch(run, delivery.underWay);
    run.watch.start(() => void execute(run));
  } else {
    void execute(run);
  }
}

function publishJoined(
  { account, attempt, message }: DeliveryAttempt,
  state: 'running' | 'ended',
): void {
  if (!deliveryChannel.hasSubscribers || attempt === 0) return;
  const seen = { account: account.id, message: messageKey(message) };
  deliveryChannel.publish({ event: 'joined', ...seen, attempt, state });
}

const STATES: readonly unknown[] = ['yours', 'running', 'ended'];

/** Checks the result of a claim: a wrong one would be claimed again and again. */
function checkClaimed<C extends Claimed>(claimed: C): C {
  if (STATES.includes((Object(claimed) as C).state)) return claimed;
  throw new StoreError('the delivery store failed: claim() returned no state of a run');
}
