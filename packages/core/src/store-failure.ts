import { disarmError, summarizeError } from './describe-error.ts';
import { StoreError, WechatError } from './errors.ts';

/** Wraps a store failure in a StoreError, which has nothing of the driver's. */
export function storeFailed(name: string, thrown: unknown): WechatError {
  const error = disarmError(thrown);
  if (error instanceof WechatError) return error;
  return new StoreError(`the ${name} store failed: ${summarizeError(error)}`);
}
