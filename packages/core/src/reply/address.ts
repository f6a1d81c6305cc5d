import type { Logger } from '../logger.ts';
import type { Message } from '../message/message.ts';
import type { Tree } from '../tree.ts';
import { toReply } from './parse.ts';
import { createTree } from './render.ts';
import type { Reply, ReplyLike } from './reply.ts';

/** A reply, and its form on the wire; without a tree there is nothing to say. */
export interface AddressedReply {
  readonly reply?: Reply | undefined;
  readonly tree?: Tree | undefined;
  /** Tells what was cut off when it answers a delivery, or that it can go nowhere. */
  readonly warn?: (() => void) | undefined;
}

/** Whether somebody sent it: a third-party platform's push comes from nobody, who reads no reply. */
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
  // Articles are cut only where the reply is passive, which is not known yet.
  let warn: AddressedReply['warn'];
  const later = (details: object, text: string) => {
    warn = () => logger.warn(details, text);
  };
  const tree = createTree(
    reply,
    reply.type === 'news' ? { ...to, logger: { ...logger, warn: later } } : to,
  );
  if (!tree) return {};
  return hasSender(message) ? { reply, tree, warn } : { warn: () => warnOfNobody(message, logger) };
}

/** Tells of a reply to what nobody sent. */
export function warnOfNobody({ type, id, target, source, time }: Message, logger: Logger): void {
  logger.warn(
    { message: { type, id, target, source, time } },
    'a reply was dropped: nobody sent this message, so its answer is success; let the handler return nothing',
  );
}
