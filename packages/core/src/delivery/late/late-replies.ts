import type { Account } from '../../account.ts';
import { disarmError, summarizeError } from '../../describe-error.ts';
import { describeSeen, type LateReason, replyChannel } from '../../diagnostics.ts';
import { InvalidArgumentError } from '../../errors.ts';
import type { Exchange } from '../../exchange.ts';
import { hasSender, warnOfNobody } from '../../reply/address.ts';
import type { Reply } from '../../reply/reply.ts';
import { splitText } from '../../reply/split.ts';
import { messageKey, UndeliveredError } from '../../undelivered.ts';

/** The reasons in the log why a late reply cannot be sent. */
const REASONS: Record<LateReason, string> = {
  late: 'a reply came after the last delivery had ended and was dropped: give a `client`, or `lateReply`',
  rest: 'a reply was too long for one answer, and its rest was dropped: give a `client`, or `lateReply`',
};

/** Sends late replies, in order. Never rejects. */
export class LateReplies {
  readonly #exchange: Exchange;
  readonly #account: Account;
  #pushed = 0;
  /** The replies that are not sent yet. */
  readonly #waiting = new Set<Reply>();
  #last: Promise<void> = Promise.resolve();

  constructor(exchange: Exchange, account: Account) {
    this.#exchange = exchange;
    this.#account = account;
  }

  /** Resolves when all replies so far are sent, or reported as undelivered. */
  get done(): Promise<void> {
    return this.#last;
  }

  /** The number of messages that can still be pushed. */
  get left(): number {
    const { lateReply, maxLateMessages } = this.#account;
    return lateReply === 'push' ? maxLateMessages - this.#pushed : Number.POSITIVE_INFINITY;
  }

  /** Sends a reply after the previous ones, if `isWanted` still says so then. */
  send(reply: Reply, reason: LateReason = 'late', isWanted?: () => Promise<boolean>): void {
    this.#waiting.add(reply);
    this.#last = this.#last.then(async () => {
      const isSent = !isWanted || (await isWanted());
      // Replies no longer here have been reported as undelivered.
      if (this.#waiting.delete(reply) && isSent) await this.#sendNow(reply, reason);
    });
  }

  /** Takes back the replies that are not sent yet. */
  takeWaiting(): Reply[] {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    return waiting;
  }

  /** Reports unsent replies as undelivered. */
  async abandon(): Promise<void> {
    const waiting = this.takeWaiting();
    const key = messageKey(this.#exchange.message);
    const cause = new Error('the webhook was closed before it was sent');
    for (const reply of waiting) {
      await reportUndelivered(
        new UndeliveredError(reply, key, cause),
        this.#exchange,
        this.#account,
      );
    }
  }

  async #sendNow(reply: Reply, reason: LateReason): Promise<void> {
    const { logger, lateReply } = this.#account;
    const { message } = this.#exchange;
    if (!hasSender(message)) {
      this.#publish('dropped', reply, reason);
      return warnOfNobody(message, logger);
    }
    try {
      if (typeof lateReply === 'function') {
        await lateReply(reply, this.#exchange);
        this.#publish('handed', reply, reason);
      } else if (lateReply === 'hold') {
        await this.#hold(reply);
        this.#publish('held', reply, reason);
      } else if (lateReply === 'push') {
        await this.#push(reply, reason);
      } else {
        this.#publish('dropped', reply, reason);
        logger.warn({ message: messageKey(message) }, REASONS[reason]);
      }
    } catch (thrown) {
      const error = disarmError(thrown);
      await reportUndelivered(
        error instanceof UndeliveredError
          ? error
          : new UndeliveredError(reply, messageKey(message), error),
        this.#exchange,
        this.#account,
      );
    }
  }

  #publish(event: 'dropped' | 'handed' | 'held', { type }: Reply, reason: LateReason): void {
    if (!replyChannel.hasSubscribers) return;
    const seen = { account: this.#account.id, message: messageKey(this.#exchange.message) };
    replyChannel.publish({ event, ...seen, reply: type, reason });
  }

  async #hold(reply: Reply): Promise<void> {
    const { deliveries, holdAge, id } = this.#account;
    const user = { account: id, openid: this.#exchange.message.source };
    const isHeld = await deliveries.hold(user, JSON.stringify(reply), holdAge * 1000);
    if (isHeld === false) throw new Error('the maximum size of held replies is reached');
  }

  /** Sends a reply as customer-service messages, one after another. */
  async #push(reply: Reply, reason: LateReason): Promise<void> {
    const { client, clock, id, maxLateMessages } = this.#account;
    const { message } = this.#exchange;
    const since = replyChannel.hasSubscribers ? clock.now() : undefined;
    const parts = splitReply(reply);
    for (const [index, part] of parts.entries()) {
      try {
        if (this.left <= 0) {
          throw new Error(`more than ${maxLateMessages} messages (maxLateMessages)`);
        }
        this.#pushed += 1;
        await client?.message.custom.send(message.source, part);
      } catch (error) {
        throw new UndeliveredError(joinReplies(parts.slice(index)), messageKey(message), error);
      }
    }
    if (since === undefined) return;
    const seen = { account: id, message: messageKey(message), reply: reply.type, reason };
    const duration = clock.now() - since;
    replyChannel.publish({ event: 'pushed', ...seen, messages: parts.length, duration });
  }
}

/** Calls `onUndelivered`. Never rejects. */
export async function reportUndelivered(
  error: UndeliveredError,
  exchange: Exchange,
  { id, logger, onUndelivered }: Account,
): Promise<void> {
  const { code, key, message } = error;
  if (replyChannel.hasSubscribers) {
    const seen = { account: id, message: key, reply: error.reply.type };
    replyChannel.publish({ event: 'undelivered', ...seen, error: describeSeen(error.cause) });
  }
  try {
    if (onUndelivered) return await onUndelivered(error, exchange);
  } catch (second) {
    if (second !== error) {
      logger.error({ message: key }, `onUndelivered threw: ${summarizeError(second)}`);
    }
  }
  logger.error({ code, message: key }, message);
}

/** The types of replies that a customer-service message can carry. */
const CARRIED: ReadonlySet<Reply['type']> = new Set<Reply['type']>([
  'text',
  'image',
  'voice',
  'video',
  'music',
  'news',
]);

function splitReply(reply: Reply): Reply[] {
  if (!CARRIED.has(reply.type)) {
    throw new InvalidArgumentError(
      `a ${reply.type} reply can only answer a delivery; a customer-service message carries ${[...CARRIED].join(', ')}`,
    );
  }
  if (reply.type === 'text') {
    const texts = splitText(reply.content).filter((text) => text.trim() !== '');
    return texts.map((content) => ({ type: 'text', content }));
  }
  // More than one article is refused with 45008.
  if (reply.type === 'news')
    return reply.articles.map((one) => ({ type: 'news', articles: [one] }));
  return [reply];
}

/** Joins the parts of one reply. */
export function joinReplies(parts: readonly Reply[]): Reply {
  const [first] = parts as [Reply];
  if (first.type === 'text') {
    const content = parts.map((part) => (part.type === 'text' ? part.content : '')).join('');
    return { type: 'text', content };
  }
  if (first.type !== 'news') return first;
  return {
    type: 'news',
    articles: parts.flatMap((part) => (part.type === 'news' ? part.articles : [])),
  };
}
