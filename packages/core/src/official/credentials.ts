import { NeedParamError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Call } from './caller.ts';
import { Credential, type Grant } from './credential.ts';
import { endpoints } from './endpoints/index.ts';
import type { Token, TokenStore } from './token-store.ts';

/** Where the credentials of a client come from, and where they are kept. */
export interface CredentialsParts {
  readonly appid: string;
  readonly store: TokenStore;
  readonly logger: Logger;
  readonly now: () => number;
  /** Calls an endpoint that needs no credential, or the account’s own. */
  readonly call: Call;
}

/** An answer with a token and its life in seconds. */
type Answer = Readonly<Record<string, string | number>>;

/** Reads a token out of an answer. */
export function grantOf(answer: object, field: string, since: number): Grant {
  const { [field]: value, expires_in: life } = answer as Answer;
  if (typeof value !== 'string' || value === '') {
    throw new NeedParamError(`the answer has no ${field}`);
  }
  return { answer, token: { value, since, expiresAt: since + Number(life ?? 7200) * 1000 } };
}

/** The account’s access token, from the platform’s stable endpoint or the classic one. */
export function accessTokenOf(
  { appid, store, logger, now, call }: CredentialsParts,
  { isStable, given }: { readonly isStable: boolean; readonly given: Token | undefined },
): Credential {
  const { getStable, get } = endpoints.token;
  return new Credential({
    name: 'access token',
    // The platform keeps the two kinds apart: neither ends the other.
    key: `${appid}:${isStable ? 'stable' : 'classic'}`,
    store,
    logger,
    now,
    isStable,
    given,
    async fetch({ force }) {
      const since = now();
      const answer = isStable
        ? await call(getStable, { body: { force_refresh: force } }, 'token.getStable')
        : await call(get, {}, 'token.get');
      return grantOf(answer as Answer, 'access_token', since);
    },
  });
}

/** A ticket, which signs pages (`jsapi`) or coupons (`wx_card`). */
export function ticketOf(
  { appid, store, logger, now, call }: CredentialsParts,
  { type, given }: { readonly type: 'jsapi' | 'wx_card'; readonly given: Token | undefined },
): Credential {
  return new Credential({
    name: `${type} ticket`,
    key: `${appid}:${type}`,
    store,
    logger,
    now,
    isStable: false,
    given,
    async fetch() {
      const since = now();
      const answer = await call(endpoints.ticket.get, { query: { type } }, 'ticket.get');
      return grantOf(answer as Answer, 'ticket', since);
    },
  });
}

/** A token that was given in, with its end in Unix seconds. */
export function givenToken(value: string | undefined, expiresAt: number | undefined, now: number) {
  if (value === undefined) return undefined;
  return { value, since: now, expiresAt: expiresAt === undefined ? Infinity : expiresAt * 1000 };
}
