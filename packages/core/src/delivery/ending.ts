import type { Account } from '../account.ts';
import type { Refused, Save, Session } from '../context/session.ts';
import type { ContextLock } from '../context/store.ts';
import type { Exchange } from '../exchange.ts';
import type { Message } from '../message/message.ts';
import { replyTree, toReply } from '../reply/render.ts';
import type { Reply, ReplyLike } from '../reply/reply.ts';
import type { Tree } from '../tree.ts';
import { sendLate } from './late.ts';
import type { Result } from './local.ts';
import type { DeliveryId, Fate, Finish } from './store.ts';
import { hasSender, keyOf, warnOfNobody } from './undelivered.ts';

/** A reply, and its form on the wire; without a tree there is nothing to say. */
export interface Addressed {
  readonly reply?: Reply | undefined;
  readonly tree?: Tree | undefined;
  /** Tells what was cut off when it answers a delivery, or that it can go nowhere. */
  readonly warn?: (() => void) | undefined;
}

/** The delivery that started a run. */
export interface Starter {
  /** Whether it is still there to be answered. */
  isAnswering(): boolean;
}

export interface EndingParts {
  readonly id: DeliveryId;
  readonly owner: string;
  readonly account: Account;
  readonly opening: { readonly lock: ContextLock | undefined };
  readonly starter: Starter;
}

/** Milliseconds in which another delivery asks for a reply: more than the platform takes to deliver again. */
const patienceOf = ({ replyWindow }: Account): number => replyWindow + 1500;

/** @throws {InvalidArgumentError} when it is no reply */
export function addressReply(
  given: ReplyLike,
  { message }: Pick<Exchange, 'message'>,
  account: Account,
): Addressed {
  const addressed = addressToSender(given, message, account);
  if (hasSender(message) || !addressed.tree) return addressed;
  return { warn: () => warnOfNobody(message, account) };
}

function addressToSender(given: ReplyLike, message: Message, { logger }: Account): Addressed {
  const reply = toReply(given);
  const to = { target: message.source, source: message.target, answering: message.type };
  if (reply?.type !== 'news') return { reply, tree: replyTree(reply, to) };
  // Articles are cut only where the reply is passive, which is not known yet.
  let warn: Addressed['warn'];
  const later = (details: object, text: string) => {
    warn = () => logger.warn(details, text);
  };
  const tree = replyTree(reply, { ...to, logger: { ...logger, warn: later } });
  return { reply, tree, warn };
}

/** What the user sees when the last window closes. */
export function pendingTree(message: Message, account: Account): Tree | undefined {
  const { logger, pending } = account;
  try {
    const reply = typeof pending === 'function' ? pending(message) : pending;
    return addressReply(reply, { message }, account).tree;
  } catch (error) {
    logger.error({ err: error, ...keyOf(message) }, '`pending` failed; answered success');
    return undefined;
  }
}

/** Sees to it that a run's reply reaches the user once: in a delivery, or late. */
export class Ending {
  readonly #parts: EndingParts;
  #fate: Fate = 'lost';
  #ready: Addressed | undefined;
  #isTaken = false;
  #sending: Promise<void> | undefined;

  constructor(parts: EndingParts) {
    this.#parts = parts;
  }

  /** Ends the run with a reply, and with it the session, whose changes are kept or not. */
  async conclude(
    addressed: Addressed,
    exchange: Exchange,
    session?: Session,
    isKept = false,
    patience = patienceOf(this.#parts.account),
  ): Promise<Result> {
    const store = (save?: Save) => this.#store(addressed, exchange, session, save);
    await (session ? session.end(store, isKept) : store());
    const fate = await this.#reconsider();
    if (fate === 'lost') {
      const key = keyOf(exchange.message);
      this.#parts.account.logger.warn(
        key,
        'a run lost its lease, and its reply was dropped: another run answers',
      );
      return { state: 'lost' };
    }
    const { reply, tree, warn } = addressed;
    // What has no tree goes nowhere later either.
    if (fate === 'answer' || !tree) warn?.();
    if (fate === 'answer') return { state: 'answer', tree };
    if (reply && tree && !this.#isTaken) {
      this.#queue(async () => {
        if (fate === 'late' || (await this.#isForgotten(exchange, patience))) {
          await sendLate(reply, exchange, this.#parts.account);
        }
      });
    }
    return { state: 'answer', tree: undefined };
  }

  /** Sends a late reply, after those before it. */
  send(reply: Reply, exchange: Exchange): void {
    this.#queue(() => sendLate(reply, exchange, this.#parts.account));
  }

  /** Takes the reply when nothing but the store stands between it and the delivery. */
  takeReady(): Addressed | undefined {
    if (this.#ready) this.#isTaken = true;
    return this.#ready;
  }

  /** Gives the run back, for the next delivery. */
  async giveBack(session?: Session): Promise<void> {
    const { id, owner, account, opening } = this.#parts;
    const { lock } = opening;
    const finish = { owner, outcome: undefined, isAnswering: false };
    const end = async () => void (await account.joint.commit(id, finish, lock, undefined));
    await (session ? session.end(end, false) : account.deliveries.finish(id, finish));
  }

  async #store(
    addressed: Addressed,
    exchange: Exchange,
    session: Session | undefined,
    save: Save | undefined,
  ): Promise<Refused | undefined> {
    const { id, owner, account, opening, starter } = this.#parts;
    const outcome = addressed.tree ?? null;
    const finish: Finish = { owner, outcome, isAnswering: starter.isAnswering() };
    if (!save) this.#ready = addressed;
    try {
      const done = await (!session
        ? account.deliveries.finish(id, finish)
        : account.lateReply === 'hold'
          ? this.#storeThenHold(addressed, exchange, finish, save)
          : account.joint.commit(id, finish, opening.lock, save));
      if (typeof done === 'object') return done;
      this.#fate = done;
    } catch (error) {
      if (save) throw error;
      const details = { err: error, ...keyOf(exchange.message) };
      account.logger.warn(details, 'the end of a run could not be stored');
      this.#fate = finish.isAnswering ? 'answer' : 'late';
    }
    return undefined;
  }

  /** The delivery that was to be answered may have gone while the store was told so. */
  async #reconsider(): Promise<Fate> {
    const { id, account, starter } = this.#parts;
    if (this.#fate !== 'answer' || starter.isAnswering() || this.#isTaken) return this.#fate;
    await account.deliveries.putBack(id).catch(() => {});
    return 'wait';
  }

  /** A late reply is held before the lock is given back: the user's next message may ask for it. */
  async #storeThenHold(
    { reply, tree }: Addressed,
    exchange: Exchange,
    finish: Finish,
    save: Save | undefined,
  ): Promise<Fate | Refused> {
    const { id, account, opening } = this.#parts;
    const { contexts, deliveries } = account;
    const options = save && { ...save.options, keepLock: true };
    const refused = options && (await contexts.save(id, save.record, options));
    if (refused) return refused;
    const fate = await deliveries.finish(id, finish);
    if (fate === 'late' && reply && tree) {
      this.#isTaken = true;
      await sendLate(reply, exchange, account);
    }
    if (opening.lock) await contexts.release(id, opening.lock);
    return fate;
  }

  #queue(send: () => Promise<void>): void {
    this.#sending = this.#sending ? this.#sending.then(send) : send();
  }

  /** Whether no delivery asked for the reply in the time in which the platform delivers again. */
  async #isForgotten({ message }: Exchange, patience: number): Promise<boolean> {
    const { id, account } = this.#parts;
    await new Promise<void>((resolve) => account.clock.setTimeout(resolve, patience));
    try {
      return await account.deliveries.takeLate(id);
    } catch (error) {
      account.logger.warn(
        { err: error, ...keyOf(message) },
        'whether a reply was asked for is not known: it is sent',
      );
      return true;
    }
  }
}
