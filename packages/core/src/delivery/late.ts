import type { Account } from '../account.ts';
import { disarmError, summarizeError } from '../describe-error.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Reply } from '../reply/reply.ts';
import { splitText } from './text.ts';
import { hasSender, keyOf, UndeliveredError, warnOfNobody } from './undelivered.ts';

/** Sends a reply that no delivery can carry any more. Never rejects. */
export async function sendLate(reply: Reply, exchange: Exchange, account: Account): Promise<void> {
  const { logger, lateReply } = account;
  const key = keyOf(exchange.message);
  if (!hasSender(exchange.message)) return warnOfNobody(exchange.message, account);
  try {
    if (typeof lateReply === 'function') await lateReply(reply, exchange);
    else if (lateReply === 'hold') await hold(reply, exchange, account);
    else if (lateReply === 'push') await push(reply, exchange, account);
    else {
      logger.warn(
        key,
        'a reply came after the last delivery was over and was dropped: give a `client`, or `lateReply`',
      );
    }
  } catch (thrown) {
    const error = disarmError(thrown);
    const undelivered =
      error instanceof UndeliveredError ? error : new UndeliveredError(reply, key, error);
    await tell(undelivered, exchange, account);
  }
}

async function tell(error: UndeliveredError, exchange: Exchange, account: Account): Promise<void> {
  const { code, key, message } = error;
  const { logger, onUndelivered } = account;
  try {
    if (onUndelivered) return await onUndelivered(error, exchange);
  } catch (second) {
    if (second !== error)
      logger.error(key, `onUndelivered failed itself: ${summarizeError(second)}`);
  }
  logger.error({ code, ...key }, message);
}

async function hold(reply: Reply, { message }: Exchange, account: Account): Promise<void> {
  const user = { account: account.id, openid: message.source };
  await account.deliveries.hold(user, JSON.stringify(reply), account.holdAge * 1000);
}

/** Sends a reply as customer-service messages, one after another. */
async function push(reply: Reply, { message }: Exchange, { client }: Account): Promise<void> {
  const parts = partsOf(reply);
  for (const [index, part] of parts.entries()) {
    try {
      await client?.message.custom.send(message.source, part);
    } catch (error) {
      throw new UndeliveredError(restOf(parts.slice(index)), keyOf(message), error);
    }
  }
}

/** The kinds of reply that a customer-service message can carry. */
const CARRIED: ReadonlySet<Reply['type']> = new Set<Reply['type']>([
  'text',
  'image',
  'voice',
  'video',
  'music',
  'news',
]);

function partsOf(reply: Reply): Reply[] {
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

function restOf(parts: readonly Reply[]): Reply {
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
