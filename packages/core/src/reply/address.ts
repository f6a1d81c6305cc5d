import type { Logger } from '../logger.ts';
import type { Message } from '../message/message.ts';
import type { Tree } from '../tree.ts';
import { toReply } from './parse.ts';
import { type Addressee, createTree } from './render.ts';
import type { NewsReply, Reply, ReplyLike } from './reply.ts';

/** A reply and its wire form; without a tree there is no reply. */
export interface AddressedReply {
  readonly reply?: Reply | undefined;
  readonly tree?: Tree | undefined;
  /** Logs what was cut off when it answers a delivery, or that it has no receiver. */
  readonly warn?: (() => void) | undefined;
}

/** Whether a message has a sender: a third-party platform's push has none, so that nobody reads a reply. */
export function hasSender({ source }: Message): boolean {
  return source !== '';
}

/**
 * Addresses a reply to the sender of a message; `time` is in Unix seconds.
 *
 * @throws {InvalidArgumentError} when it is no reply
 */
export function addressReply(
  given: ReplyLike,
  message: Message,
  logger: Logger,
  time: number = Math.floor(Date.now() / 1000),
): AddressedReply {
  const reply = toReply(given);
  if (!reply) return {};
  const to = { target: message.source, source: message.target, answering: message.type, time };
  if (reply.type === 'news') return addressNews(reply, to, message, logger);
  const tree = createTree(reply, to);
  if (!tree) return {};
  return hasSender(message) ? { reply, tree } : { warn: () => warnOfNobody(message, logger) };
}

/** Articles are cut only where the reply is passive, which is not known yet. */
function addressNews(
  reply: NewsReply,
  to: Addressee,
  message: Message,
  logger: Logger,
): AddressedReply {
  let warn: AddressedReply['warn'];
  const later = (details: object, text: string) => {
    warn = () => logger.warn(details, text);
  };
  const tree = createTree(reply, { ...to, logger: { ...logger, warn: later } });
  if (!tree) return {};
  return hasSender(message) ? { reply, tree, warn } : { warn: () => warnOfNobody(message, logger) };
}

/** Warns about a reply to a message without a sender. */
export function warnOfNobody({ type, id, target, source, time }: Message, logger: Logger): void {
  logger.warn(
    { message: { type, id, target, source, time } },
    'a reply was dropped: this message has no sender, so its answer is success; return nothing from the handler',
  );
}
