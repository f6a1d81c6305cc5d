import type { Account } from '../account.ts';
import { askAgain } from '../ask-again.ts';
import { runInBackground } from '../background.ts';
import { repeat } from '../clock.ts';
import { ExpiringMap } from '../expiring-map.ts';
import { type Message, parseMessage } from '../message/message.ts';
import type { Reply } from '../reply/reply.ts';
import type { Dispatch } from '../router.ts';
import { messageKey, UndeliveredError } from '../undelivered.ts';
import { DeliveryAttempt } from './attempt.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { LateReplies, reportUndelivered } from './late/late-replies.ts';
import { findRegistry, leaseMilliseconds } from './registrations.ts';
import { LOOK_AGAIN } from './run/reclaim.ts';
import type { Service } from './run/run.ts';
import type { Ended, RegisteredRun, RunRegistry } from './store.ts';
import { takeUp, watchOver } from './takeover.ts';
import type { Workload } from './workload.ts';

/** Maximum number of remembered accounts. */
const MAX_ACCOUNTS = 10_000;
const KEPT = 3_600_000;
/** Maximum number of runs resumed in one step. */
const MAX_RUNS = 50;

/** Resumes the runs of crashed processes after the platform's last delivery. One for each webhook. */
export class OrphanRecovery {
  readonly #dispatch: Dispatch;
  readonly #workload: Workload;
  /** The accounts with messages here, by id. */
  #accounts: ExpiringMap<Account> | undefined;
  readonly #registries = new Map<RunRegistry, { readonly stop: () => void; maxPending: number }>();

  constructor(dispatch: Dispatch, workload: Workload) {
    this.#dispatch = dispatch;
    this.#workload = workload;
  }

  /** Records that messages of an account arrive here. */
  notice(account: Account): void {
    const registry = findRegistry(account);
    if (!registry) return;
    const { clock } = account;
    this.#accounts ??= new ExpiringMap({ maxEntries: MAX_ACCOUNTS, now: () => clock.now() });
    this.#accounts.set(account.id, account, KEPT);
    const { maxPending } = account;
    const known = this.#registries.get(registry);
    if (known) {
      known.maxPending = Math.min(known.maxPending, maxPending);
      return;
    }
    const stop = repeat(clock, () => this.#look(registry), leaseMilliseconds(account));
    this.#registries.set(registry, { stop, maxPending });
  }

  stop(): void {
    for (const { stop } of this.#registries.values()) stop();
    this.#registries.clear();
  }

  #look(registry: RunRegistry): void {
    // A store that fails says so with every delivery.
    runInBackground(async () => {
      const { maxPending = 0 } = this.#registries.get(registry) ?? {};
      const limit = Math.min(MAX_RUNS, maxPending - this.#workload.pending);
      if (limit <= 0) return;
      const isKnown = (id: string) => this.#accounts?.get(id) !== undefined;
      for (const run of await registry.takeExpired(isKnown, limit)) {
        runInBackground(() => this.#recover(run));
      }
    });
  }

  /** Takes a run up. It was taken from the registry: nobody else looks after it any more. */
  async #recover(run: RegisteredRun): Promise<void> {
    const account = this.#accounts?.get(run.account);
    if (!account) return;
    const workload = this.#workload;
    const { registrations } = workload;
    const service = { account, workload, dispatch: this.#dispatch };
    try {
      const message = parseMessage(run.message);
      const id = idempotencyKey(message, account.id);
      if (!registrations.adopt(id, account, run)) return;
      let isLeft = false;
      try {
        isLeft = !(await askAgain(account.clock, () => recoverRun(run, message, service)));
      } finally {
        if (isLeft) registrations.leaveToOthers(id, account);
        else registrations.leave(id, account);
      }
    } catch (error) {
      account.logger.error({ err: error }, 'could not resume a run from a crashed process');
    }
  }
}

/** Runs the message again, or sends what its run left behind. False when the webhook closes before. */
async function recoverRun(
  run: RegisteredRun,
  message: Message,
  service: Service,
): Promise<boolean> {
  const { account, workload } = service;
  const request = { native: undefined, isGone: () => true };
  const incoming = { message, at: account.clock.now(), request };
  const attempt = new DeliveryAttempt(incoming, service, 0);
  // A delivery that waits for it goes first.
  await workload.sleep(account.clock, LOOK_AGAIN);
  // The next delivery has started it here.
  if (workload.runs.has(attempt.id.key)) return true;
  if (workload.isClosing) return false;
  const found = await takeUp(attempt, run.owner);
  if (found.state === 'yours') return true;
  // A third process is to take it up should both die.
  if (found.state === 'running') return watchOver(attempt, Number.POSITIVE_INFINITY);
  const exchange = attempt.createExchange(new Error('the process that ran the handler died'));
  const late = new LateReplies(exchange, account);
  const lost = await sendLeft(run, found, attempt, late);
  workload.trackLate(late);
  await late.done;
  if (lost) {
    const cause = new Error('the process died after it had started to answer');
    const error = new UndeliveredError(lost.reply, messageKey(message), cause, lost.isSeen);
    await reportUndelivered(error, exchange, account);
  }
  return true;
}

/** Sends the reply that a dead process left; returns what of it is lost, or may be. */
async function sendLeft(
  run: RegisteredRun,
  { outcome, owner = run.owner, sender }: Ended,
  { account, id, workload }: DeliveryAttempt,
  late: LateReplies,
): Promise<{ reply: Reply; isSeen: boolean } | undefined> {
  const isOwner = run.owner !== '';
  // Another run has ended it since, whose process answers for it.
  if (outcome === null || (isOwner && owner !== run.owner)) return undefined;
  // Nobody knows whether what was claimed to be sent was sent.
  if (!outcome) {
    const isIts = sender?.startsWith(run.sender ?? '') ?? true;
    return isIts ? { reply: { type: 'none' }, isSeen: false } : undefined;
  }
  const { reply, rest, isOpen, answering } = outcome;
  const { clock, deliveries } = account;
  // Asked for again under the same name: it may have been claimed, and the answer lost.
  const by = workload.registrations.createSender(id, account);
  const claimLeft = () => askAgain(clock, () => deliveries.claimLateReply(id, by));
  const isLeft = await claimLeft();
  if (isLeft) {
    late.send(reply);
    if (rest) late.send(rest, 'rest');
  }
  // A delivery has the reply; what was to follow it was the run's.
  if (!isOwner) return undefined;
  if (isOpen) return { reply, isSeen: true };
  if (isLeft) return undefined;
  if (rest) return { reply: rest, isSeen: false };
  // Nobody knows whether its last delivery was answered; should the process only stand still, it is not to send it.
  if (answering === undefined) return undefined;
  const isReleased = await askAgain(clock, () => deliveries.releaseReply(id, answering));
  return isReleased && (await claimLeft()) ? { reply, isSeen: true } : undefined;
}
