import {
  describeError,
  type Exchange,
  type Logger,
  type MessageName,
  messageKey,
} from '@wechat-mp/core';

/** The log of one message. */
interface MessageLog {
  error(error: unknown, text: string): void;
}

/** Opens the log of a message: a logger of chat's own, else the webhook's. */
export function openLog<N extends MessageName>(
  own: Pick<Logger, 'error'> | undefined,
  { logger, message }: Exchange<N>,
): MessageLog {
  const key = messageKey(message);
  return {
    error(error, text) {
      const details = { err: describeError(error), message: key };
      if (own) void logSafely(own, details, text);
      else logger.error(details, text);
    },
  };
}

/** Writes a line; a logger that throws, or rejects, must not cost a user the answer. */
async function logSafely(
  logger: Pick<Logger, 'error'>,
  details: object,
  text: string,
): Promise<void> {
  try {
    await (logger.error(details, text) as unknown);
  } catch {
    // Nothing is left to report it to.
  }
}
