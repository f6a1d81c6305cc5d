import type { Clock } from '../clock.ts';
import { type Answered, exchange } from './exchange.ts';

/**
 * Whether a signed request was refused like one without a query: it may have lost its query on the
 * way, as behind a proxy that rewrites the address.
 */
export async function isQueryLost(
  target: string,
  { status, body }: NonNullable<Answered['response']>,
  clock: Clock,
): Promise<boolean> {
  if (status < 400 || status >= 500) return false;
  const { response } = await exchange(target, { method: 'GET', search: '' }, clock);
  return response?.status === status && response.body === body;
}
