import type { Account } from '../account.ts';
import { disarmError } from '../describe-error.ts';
import { ContextConflictError, StoreError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { ReplyLike } from '../reply/reply.ts';
import { messageKey } from '../undelivered.ts';

/** Whether a store failed: the platform's next try may find it again, so the handler is not at fault. */
export function isStoreFailure(thrown: unknown): boolean {
  const error = disarmError(thrown);
  return error instanceof StoreError || error instanceof ContextConflictError;
}

/**
 * Asks `onError` for the reply, and `check` whether it is one. Rejects with the error of a store for
 * which it does not answer.
 */
export async function answerError<T>(
  error: unknown,
  exchange: Exchange,
  { logger, onError }: Account,
  check: (reply: ReplyLike) => T,
): Promise<T> {
  const key = messageKey(exchange.message);
  if (isStoreFailure(error) && !onError) throw error;
  try {
    if (onError) return check(await onError(error, exchange));
    logger.error({ err: error, ...key }, 'a handler failed; answered success');
  } catch (second) {
    if (isStoreFailure(error) && second === error) throw error;
    logger.error({ err: second, cause: error, ...key }, 'onError failed itself; answered success');
  }
  return check(undefined);
}

/** Creates the exchange for `onError` when the context could not be had: asking for it throws why. */
export function withoutContext(exchange: Omit<Exchange, 'context'>, error: unknown): Exchange {
  return {
    ...exchange,
    get context(): never {
      throw error;
    },
  };
}
