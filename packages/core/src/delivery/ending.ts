import type { Account } from '../account.ts';
import type { Refused, Save, Session } from '../context/session.ts';
import type { ContextLock } from '../context/store.ts';
import type { Exchange } from '../exchange.ts';
import { replyTree, toReply } from '../reply/render.ts';
import type { Reply, ReplyLike } from '../reply/reply.ts';
import type { Tree } from '../tree.ts';
import { sendLate } from './late.ts';
import type { Result } from './local.ts';
import type { DeliveryId, Fate } from './store.ts';
import { keyOf } from './undelivered.ts';

/** A reply, and its form on the wire; without a tree there is nothing to say. */
export interface Addressed {
  readonly reply?: Reply | undefined;
  readonly tree?: Tree | undefined;
}

export interface EndingParts {
  readonly id: DeliveryId;
  readonly owner: string;
  readonly account: Account;
  readonly lock: ContextLock | undefined;
  /** Whether the delivery that started the run is still there to be answered. */
  readonly isAnswering: () => boolean;
}

/** How long another delivery has to ask for a reply: longer than the platform takes to deliver again. */
const patienceOf = ({ replyWindow }: Account): number => replyWindow + 1500;

/** @throws {InvalidArgumentError} when it is no reply */
export function addressReply(
  reply: ReplyLike,
  { message }: Pick<Exchange, 'message'>,
  { logger }: Account,
): Addressed {
  const to = { target: message.source, source: message.target, answering: message.type, logger };
  return { reply: toReply(reply), tree: replyTree(reply, to) };
}

/** Sees to it that a run's reply reaches the user once: in a delivery, or late. */
export function createEnding({ id, owner, account, lock, isAnswering }: EndingParts) {
  const { deliveries, joint, logger } = account;
  let ready: Addressed | undefined;
  let isTaken = false;
  let sending = Promise.resolve();

  /** Sends late replies one after another. */
  function send(reply: Reply, exchange: Exchange): void {
    sending = sending.then(() => sendLate(reply, exchange, account));
  }

  /** Ends the run with a reply, and with it the session, whose changes are kept or not. */
  async function conclude(
    addressed: Addressed,
    exchange: Exchange,
    session?: Session,
    isKept = false,
  ): Promise<Result> {
    const ended = store(addressed, exchange, session, isKept);
    // What is sent from now on comes after this reply, if it turns out to be late.
    sending = sending.then(async () => {
      const fate = await ended.catch(() => undefined);
      const { reply, tree } = addressed;
      if (!reply || !tree || isTaken) return;
      if (fate === 'late' || (fate === 'wait' && (await isForgotten(exchange)))) {
        await sendLate(reply, exchange, account);
      }
    });
    const fate = await ended;
    if (fate !== 'lost')
      return { state: 'answer', tree: fate === 'answer' ? addressed.tree : undefined };
    const key = keyOf(exchange.message);
    logger.warn(key, 'a run lost its lease, and its reply was dropped: another run answers');
    return { state: 'lost' };
  }

  async function store(
    addressed: Addressed,
    { message }: Exchange,
    session: Session | undefined,
    isKept: boolean,
  ): Promise<Fate> {
    let fate: Fate = 'lost';
    const outcome = JSON.stringify(addressed.tree ?? null);
    const end = async (save?: Save): Promise<Refused | undefined> => {
      const finish = { owner, outcome, isAnswering: isAnswering() };
      if (!save) ready = addressed;
      try {
        const done = await (session
          ? joint.commit(id, finish, lock, save)
          : deliveries.finish(id, finish));
        if (typeof done === 'object') return done;
        fate = done;
      } catch (error) {
        if (save) throw error;
        logger.warn({ err: error, ...keyOf(message) }, 'the end of a run could not be stored');
        fate = finish.isAnswering ? 'answer' : 'late';
      }
      return undefined;
    };
    if (!session) await end();
    else if (isKept) await session.commit(end);
    else await session.abandon(end);
    return fate;
  }

  /** Whether no delivery asked for the reply in the time in which the platform delivers again. */
  async function isForgotten({ message }: Exchange): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, patienceOf(account)));
    try {
      return await deliveries.takeLate(id);
    } catch (error) {
      logger.warn({ err: error, ...keyOf(message) }, 'whether a reply was asked for is not known');
      return true;
    }
  }

  return {
    send,
    conclude,
    /** Takes the reply when nothing but the store stands between it and the delivery. */
    takeReady(): Addressed | undefined {
      if (ready) isTaken = true;
      return ready;
    },
    /** Gives the run back, for the next delivery. */
    async giveBack(session?: Session): Promise<void> {
      const finish = { owner, outcome: undefined, isAnswering: false };
      const end = async () => void (await joint.commit(id, finish, lock, undefined));
      await (session ? session.abandon(end) : deliveries.finish(id, finish));
    },
  };
}
