import type { Account } from '../account.ts';
import { disarmError } from '../describe-error.ts';
import { ContextConflictError, StoreError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { type Addressed, addressReply } from './ending.ts';
import { keyOf } from './undelivered.ts';

/** The platform's next try may find a store again that failed: such an error is not the handler's. */
export function isOfStore(thrown: unknown): boolean {
  const error = disarmError(thrown);
  return error instanceof StoreError || error instanceof ContextConflictError;
}

/** Asks `onError` for the reply. Rejects with the error of a store for which it does not answer. */
export async function answerError(
  error: unknown,
  exchange: Exchange,
  account: Account,
): Promise<Addressed> {
  const { logger, onError } = account;
  const key = keyOf(exchange.message);
  if (isOfStore(error) && !onError) throw error;
  try {
    if (onError) return addressReply(await onError(error, exchange), exchange, account);
    logger.error({ err: error, ...key }, 'a handler failed; answered success');
  } catch (second) {
    if (isOfStore(error) && second === error) throw error;
    const details = { err: second, cause: error, ...key };
    logger.error(details, 'onError failed itself; answered success');
  }
  return {};
}

/** The exchange for `onError` when the context could not be had: asking for it throws why. */
export function withoutContext(exchange: Omit<Exchange, 'context'>, error: unknown): Exchange {
  return {
    ...exchange,
    get context(): never {
      throw error;
    },
  };
}
