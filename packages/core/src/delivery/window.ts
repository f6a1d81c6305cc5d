import { randomUUID } from 'node:crypto';
import type { Account } from '../account.ts';
import { storeFailed } from '../errors.ts';
import type { Message } from '../message/message.ts';
import type { Dispatch } from '../router.ts';
import type { Tree } from '../tree.ts';
import { addressReply } from './ending.ts';
import { fingerprint, identify } from './key.ts';

import type { LocalRun } from './local.ts';
import { answerError, leaseOf, type RunParts, startRun, withoutContext } from './run.ts';
import type { Begun, Ended } from './store.ts';
import { keyOf } from './undelivered.ts';
import { within } from './within.ts';

/** A delivery, once its message is read. */
export interface Arrival {
  readonly message: Message;
  /** When it arrived, on the clock of `performance.now()`. */
  readonly at: number;
  readonly native: unknown;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal | undefined;
}

/** The platform hangs up after 5 s and delivers again: in terms of the window, which is 4.5 s. */
const HANGS_UP = 10 / 9;
/** A stream answers this share of the last window before its end, so that other processes hear of it. */
const AHEAD = 1 / 20;
/** Milliseconds that a delivery which is not the last waits, after its window, for the platform to hang up. */
const MORE_PATIENCE = 1500;

/**
 * Answers one delivery with the reply of the message's run, whoever runs it. Undefined is
 * `success`: nothing to say, or not yet, or nobody left to hear it.
 */
export async function answerDelivery(
  arrival: Arrival,
  account: Account,
  dispatch: Dispatch,
): Promise<Tree | undefined> {
  const { load, logger, maxPending } = account;
  if (load.pending >= maxPending) {
    logger.warn(
      keyOf(arrival.message),
      `${maxPending} messages are in work (maxPending): a delivery was answered success, and not handled`,
    );
    return undefined;
  }
  const attendance = createAttendance(arrival, account, dispatch);
  load.pending += 1;
  try {
    return await attendance.attend();
  } finally {
    void attendance.over().then(() => {
      load.pending -= 1;
    });
  }
}

/** One delivery's wait for the reply. */
function createAttendance(arrival: Arrival, account: Account, dispatch: Dispatch) {
  const { message, at, native, signal } = arrival;
  const { client, contexts, deliveries, joint, logger, maxDeliveries, replyWindow, runs, turns } =
    account;
  const id = identify(message);
  const user = `${id.account} ${id.openid}`;
  const name = `${user} ${id.key}`;
  const body = fingerprint(message);
  const lease = leaseOf(account);
  const closing = at + replyWindow;
  const delivery = { attempt: 1, deadline: Math.round(Date.now() + closing - performance.now()) };
  let isAnswering = true;
  let own: LocalRun | undefined;

  async function attend(): Promise<Tree | undefined> {
    let begun: Begun | undefined;
    try {
      begun = await begin(true);
    } catch (error) {
      return failUnclaimed(storeFailed('delivery', error));
    }
    delivery.attempt = begun.attempt;
    if (!begun.isSame) {
      logger.warn(keyOf(message), 'two deliveries of a message differ: the first one counts');
    }
    showTo(runs.get(name));
    while (begun) {
      if (begun.state === 'ended') return treeOf(begun);
      if (begun.state === 'yours' && own) {
        const result = await within(own.result, left(), signal);
        if (!result) return leave();
        if (result.value.state === 'answer') return result.value.tree;
        if (result.value.state === 'again') break;
      }
      try {
        const ended = await deliveries.wait(id, { milliseconds: left(), signal });
        if (!ended) return leave();
        begun = ended.state === 'ended' ? { ...begun, ...ended } : await begin(false);
      } catch (error) {
        logger.warn({ err: error, ...keyOf(message) }, 'a delivery cannot learn of its reply');
        break;
      }
    }
    // The next delivery brings the reply: this one is left unanswered, until the platform hangs up.
    await within(new Promise(() => {}), left(), signal);
    return undefined;
  }

  /** Counts the delivery, and starts the run if that is ours to do. */
  async function begin(isNew: boolean): Promise<Begun> {
    const owner = randomUUID();
    const claim = { owner, lease, body, isNew };
    const turn = account.ordering === 'serial' ? turns.enter(user) : undefined;
    const lock = turn && { owner, lease };
    const leave = turn?.leave ?? (() => {});
    let isOurs = false;
    try {
      // Whose turn comes later does not lock yet.
      const begun: Begun = await (turn?.comes
        ? deliveries.claim(id, claim)
        : joint.begin(id, claim, lock));
      isOurs = begun.state === 'yours';
      if (begun.state === 'yours') {
        start({ owner, turn: turn?.comes, opening: { lock, leave, loaded: begun.loaded } });
      }
      return begun;
    } catch (error) {
      // It may have claimed or locked before it failed.
      deliveries.finish(id, { owner, outcome: undefined, isAnswering: false }).catch(() => {});
      if (lock) contexts.release(id, lock).catch(() => {});
      throw error;
    } finally {
      if (!isOurs) leave();
    }
  }

  function start(parts: Pick<RunParts, 'owner' | 'turn' | 'opening'>): void {
    const run = startRun({
      ...parts,
      id,
      account,
      dispatch,
      exchange: { message, native, state: {}, delivery, client },
      isAnswering: () => isAnswering,
      left: () => {
        const { closing, delivery } = own as LocalRun;
        const windows = (maxDeliveries - delivery.attempt) * HANGS_UP - AHEAD;
        return closing + windows * replyWindow - performance.now();
      },
    });
    own = Object.assign(run, { delivery, closing });
    runs.set(name, own);
    void run.over.then(() => {
      if (runs.get(name) === run) runs.delete(name);
    });
  }

  /** Shows this delivery to the handler that runs for an earlier one. */
  function showTo(run: LocalRun | undefined): void {
    if (!run || run === own) return;
    Object.assign(run.delivery, delivery);
    run.closing = closing;
  }

  /** Milliseconds that this delivery waits: to the end of its window, or until the platform hung up. */
  function left(): number {
    const isLast = delivery.attempt >= maxDeliveries;
    return closing + (isLast ? 0 : MORE_PATIENCE) - performance.now();
  }

  /** Ends the wait without the reply. */
  async function leave(): Promise<Tree | undefined> {
    isAnswering = false;
    if (signal?.aborted) return undefined;
    const ready = own?.takeReady();
    if (ready) return ready.tree;
    try {
      const ended = await deliveries.giveUp(id, delivery.attempt);
      if (ended) return treeOf(ended);
    } catch (error) {
      logger.warn({ err: error, ...keyOf(message) }, 'a delivery cannot tell that it gave up');
    }
    runs.get(name)?.giveUp();
    if (!own && account.lateReply !== 'drop') void watch();
    logger.info(
      keyOf(message),
      'the last window closed before the handler ended: its reply will be late',
    );
    return pendingTree(message, account);
  }

  /** The platform delivers no more: when the run dies now, this process is the last that knows its message. */
  async function watch(): Promise<void> {
    try {
      for (;;) {
        const ended = await deliveries.wait(id, { milliseconds: account.maxRun });
        if (ended?.state !== 'free') return;
        const begun = await begin(false);
        if (begun.state !== 'running') return;
      }
    } catch (error) {
      logger.warn({ err: error, ...keyOf(message) }, 'a run of another process cannot be watched');
    }
  }

  /** Without the store, a run of this process can still be joined. */
  async function failUnclaimed(error: unknown): Promise<Tree | undefined> {
    const local = runs.get(name);
    if (local) {
      const result = await within(local.result, left(), signal);
      return result?.value.state === 'answer' ? result.value.tree : undefined;
    }
    const exchange = { message, native, state: {}, delivery, client };
    const gone = AbortSignal.abort();
    return (await answerError(error, withoutContext(exchange, gone, error), account)).tree;
  }

  return { attend, over: async () => own?.over };
}

function treeOf({ outcome }: Ended): Tree | undefined {
  if (outcome === undefined) return undefined;
  return (JSON.parse(outcome) as Tree | null) ?? undefined;
}

/** What the user sees when the last window closes. */
function pendingTree(message: Message, account: Account): Tree | undefined {
  const { logger, pending } = account;
  try {
    const reply = typeof pending === 'function' ? pending(message) : pending;
    return addressReply(reply, { message }, account).tree;
  } catch (error) {
    logger.error({ err: error, ...keyOf(message) }, '`pending` failed; answered success');
    return undefined;
  }
}
