import { summarizeError } from './describe-error.ts';
import { WechatError } from './errors.ts';
import type { Message } from './message/message.ts';
import type { Reply } from './reply/reply.ts';

/** Identifies a message in a log, without anything that the user wrote. */
export type MessageKey = Pick<Message, 'type' | 'id' | 'target' | 'source' | 'time'>;

/**
 * Returns the part of a message that a line of the log may have.
 *
 * @example
 * exchange.logger.warn({ message: messageKey(message) }, 'no such order')
 */
export function messageKey({ type, id, target, source, time }: Message): MessageKey {
  return { type, id, target, source, time };
}

/** A late reply could not be sent; `cause` is the reason. Code `WECHAT_UNDELIVERED`. */
export class UndeliveredError extends WechatError {
  override readonly name: string = 'UndeliveredError';
  /**
   * The reply that the user has not seen: of a long text, the unsent part. Of a failed stream, what
   * the user has seen; of a message that was not handled, a reply of the type `none`.
   */
  readonly reply: Reply;
  /** The message it answers. */
  readonly key: MessageKey;

  /** Whether `reply` is what the user has seen of a failed stream, not what is missing. */
  readonly isSeen: boolean;

  constructor(reply: Reply, key: MessageKey, cause: unknown, isSeen = false) {
    super('WECHAT_UNDELIVERED', `a late reply could not be sent: ${summarizeError(cause)}`, {
      cause,
    });
    this.reply = reply;
    this.key = key;
    this.isSeen = isSeen;
  }
}
