import { disarmError, summarizeError } from './describe-error.ts';
import { StoreError, WechatError } from './errors.ts';

/** Makes whatever a store threw an error of this library, which has nothing of the driver's. */
export function storeFailed(name: string, thrown: unknown): WechatError {
  const error = disarmError(thrown);
  if (error instanceof WechatError) return error;
  return new StoreError(`the ${name} store failed: ${summarizeError(error)}`);
}
