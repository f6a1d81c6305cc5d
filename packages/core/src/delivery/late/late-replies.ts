import type { Account } from '../../account.ts';
import { disarmError, summarizeError } from '../../describe-error.ts';
import { describeSeen, type LateReason, replyChannel } from '../../diagnostics.ts';
import { InvalidArgumentError, RequestError } from '../../errors.ts';
import type { Exchange } from '../../exchange.ts';
import { hasSender, warnOfNobody } from '../../reply/address.ts';
import type { Reply } from '../../reply/reply.ts';
import { splitText } from '../../reply/split.ts';
import { messageKey, UndeliveredError } from '../../undelivered.ts';
import { within } from '../../with-timeout.ts';

/** The reasons in the log why a late reply cannot be sent. */
const REASONS: Record<LateReason, string> = {
  late: 'a reply came after the last delivery had ended and was dropped: give a `client`, or `lateReply`',
  rest: 'a reply was too long for one answer, and its rest was dropped: give a `client`, or `lateReply`',
};

/** A late reply until all of it is sent. */
interface Sending {
  readonly reply: Reply;
  readonly reason: LateReason;
  /** Its messages, once it is being sent. */
  parts: readonly Reply[];
  /** How many of them are sent. */
  sent: number;
}

/** A late reply that a closing webhook does not send. */
export interface UnsentReply {
  readonly reply: Reply;
  /** The messages of it that have been sent. */
  readonly sent: readonly Reply[];
  readonly missing: Reply;
  readonly cause: Error;
}

/** Sends late replies, in order. Never rejects. */
export class LateReplies {
  readonly #exchange: Exchange;
  readonly #account: Account;
  #pushed = 0;
  readonly #unsent = new Set<Sending>();
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
    const sending: Sending = { reply, reason, parts: [], sent: 0 };
    this.#unsent.add(sending);
    this.#last = this.#last.then(async () => {
      const isSent = !isWanted || (await isWanted());
      if (isSent && this.#unsent.has(sending)) await this.#sendNow(sending);
      this.#unsent.delete(sending);
    });
  }

  /** Takes back what is not sent yet; what is on its way counts as missing. */
  takeUnsent(): UnsentReply[] {
    const unsent = Array.from(this.#unsent, describeUnsent);
    this.#unsent.clear();
    return unsent;
  }

  /** Reports unsent replies as undelivered. */
  async abandon(): Promise<void> {
    for (const { missing, cause } of this.takeUnsent()) await this.#report(missing, cause);
  }

  async #sendNow(sending: Sending): Promise<void> {
    const { logger, lateReply } = this.#account;
    const { message } = this.#exchange;
    const { reply } = sending;
    if (!hasSender(message)) {
      this.#publish('dropped', sending);
      return warnOfNobody(message, logger);
    }
    sending.parts = [reply];
    try {
      if (typeof lateReply === 'function') {
        await this.#bound(lateReply(reply, this.#exchange));
        this.#publish('handed', sending);
      } else if (lateReply === 'hold') {
        await this.#hold(reply);
        this.#publish('held', sending);
      } else if (lateReply === 'push') {
        await this.#push(sending);
      } else {
        this.#publish('dropped', sending);
        logger.warn({ message: messageKey(message) }, REASONS[sending.reason]);
      }
    } catch (thrown) {
      // Otherwise it was reported when the webhook was closed.
      if (!this.#unsent.delete(sending)) return;
      const { missing } = describeUnsent(sending);
      await this.#report(missing, disarmError(thrown));
    }
  }

  #report(missing: Reply, cause: unknown): Promise<void> {
    const error = new UndeliveredError(missing, messageKey(this.#exchange.message), cause);
    return reportUndelivered(error, this.#exchange, this.#account);
  }

  #publish(event: 'dropped' | 'handed' | 'held', { reply, reason }: Sending): void {
    if (!replyChannel.hasSubscribers) return;
    const seen = { account: this.#account.id, message: messageKey(this.#exchange.message) };
    replyChannel.publish({ event, ...seen, reply: reply.type, reason });
  }

  async #hold(reply: Reply): Promise<void> {
    const { deliveries, holdAge, id } = this.#account;
    const user = { account: id, openid: this.#exchange.message.source };
    const isHeld = await deliveries.hold(user, JSON.stringify(reply), holdAge * 1000);
    if (isHeld === false) throw new Error('the maximum size of held replies is reached');
  }

  /** Waits for who sends, for `maxRun` at most: what never ends would be kept for ever. */
  async #bound(sending: unknown): Promise<void> {
    const { clock, maxRun } = this.#account;
    const sent = await within(Promise.resolve(sending), maxRun, undefined, clock);
    if (!sent) throw new Error(`it was not sent within ${maxRun} ms (maxRun)`);
  }

  /** Sends a reply as customer-service messages, one after another. */
  async #push(sending: Sending): Promise<void> {
    const { client, clock, id, maxLateMessages } = this.#account;
    const { message } = this.#exchange;
    const { reply, reason } = sending;
    const since = replyChannel.hasSubscribers ? clock.now() : undefined;
    const parts = splitReply(reply);
    sending.parts = parts;
    for (const part of parts) {
      if (this.left <= 0)
        throw new Error(`more than ${maxLateMessages} messages (maxLateMessages)`);
      this.#pushed += 1;
      await this.#bound(client?.message.custom.send(message.source, part));
      sending.sent += 1;
      if (sending.sent === parts.length) this.#unsent.delete(sending);
      else if (!this.#unsent.has(sending)) return;
    }
    if (since === undefined) return;
    const seen = { account: id, message: messageKey(message), reply: reply.type, reason };
    const duration = clock.now() - since;
    replyChannel.publish({ event: 'pushed', ...seen, messages: parts.length, duration });
  }
}

const UNSENT = 'the webhook was closed before it was sent';
const ON_ITS_WAY = 'the webhook was closed while it was being sent: the user may have it';

function describeUnsent({ reply, parts, sent }: Sending): UnsentReply {
  const isOnItsWay = parts.length > 0;
  const missing = isOnItsWay ? joinReplies(parts.slice(sent)) : reply;
  const cause = new RequestError('WECHAT_CLOSING', isOnItsWay ? ON_ITS_WAY : UNSENT);
  return { reply, sent: parts.slice(0, sent), missing, cause };
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
