import { createHash } from 'node:crypto';
import type { Logger } from '../logger.ts';
import { Credential } from './credential.ts';
import type { AuthorizationInfo } from './endpoints/index.ts';
import type { TokenStore } from './token-store.ts';

/** Milliseconds for which the platform accepts a code, and its result is kept. */
const CODE_LIFE = 3600_000;

interface Parts {
  readonly componentAppid: string;
  readonly store: TokenStore;
  readonly logger: Logger;
  /** Calls the platform, and stores the account’s tokens. */
  readonly exchange: (code: string) => Promise<AuthorizationInfo>;
}

/**
 * Creates a function that exchanges each authorization code once in all processes: the platform
 * pushes the same code that it redirects the administrator with, and accepts it once. A second
 * exchange gets the result of the first.
 */
export function createAuthorize({ componentAppid, store, logger, exchange }: Parts) {
  const underWay = new Map<string, Promise<AuthorizationInfo>>();

  async function exchangeOnce(code: string): Promise<AuthorizationInfo> {
    const digest = createHash('sha256').update(code).digest('base64url');
    const answer = new Credential({
      name: 'answer of an authorization code',
      key: `${componentAppid}:code:${digest}`,
      store,
      logger,
      now: Date.now,
      isStable: false,
      given: undefined,
      async fetch() {
        const since = Date.now();
        const info = await exchange(code);
        const token = { value: JSON.stringify(info), since, expiresAt: since + CODE_LIFE };
        return { answer: info, token };
      },
    });
    return JSON.parse((await answer.get()).value) as AuthorizationInfo;
  }

  return (code: string): Promise<AuthorizationInfo> => {
    const joined = underWay.get(code);
    if (joined) return joined;
    const begun = exchangeOnce(code).finally(() => underWay.delete(code));
    underWay.set(code, begun);
    return begun;
  };
}
