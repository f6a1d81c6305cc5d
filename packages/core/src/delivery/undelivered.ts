import { summarizeError } from '../describe-error.ts';
import { WechatError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Message } from '../message/message.ts';
import type { Reply } from '../reply/reply.ts';

/** What names a message in a log: nothing that the user wrote. */
export type MessageKey = Pick<Message, 'type' | 'id' | 'target' | 'source' | 'time'>;

export function keyOf({ type, id, target, source, time }: Message): MessageKey {
  return { type, id, target, source, time };
}

/** Whether somebody sent it: a third-party platform's push comes from nobody, who reads no reply. */
export function hasSender({ source }: Message): boolean {
  return source !== '';
}

/** Tells of a reply to what nobody sent. */
export function warnOfNobody(message: Message, { logger }: { logger: Logger }): void {
  logger.warn(
    keyOf(message),
    'a reply was dropped: nobody sent this message, so its answer is success; let the handler return nothing',
  );
}

/** A late reply could not be sent; `cause` says why. Code `WECHAT_UNDELIVERED`. */
export class UndeliveredError extends WechatError {
  /** What the user has not seen: of a long text, the part that was not sent. */
  readonly reply: Reply;
  /** Which message it answers. */
  readonly key: MessageKey;

  constructor(reply: Reply, key: MessageKey, cause: unknown) {
    super('WECHAT_UNDELIVERED', `a late reply could not be sent: ${summarizeError(cause)}`, {
      cause,
    });
    this.reply = reply;
    this.key = key;
  }
}
