import { InvalidArgumentError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Call } from './caller.ts';
import { Credential, type Grant } from './credential.ts';
import { endpoints } from './endpoints/index.ts';
import { NetworkError } from './errors.ts';
import type { OfficialClientOptions } from './options.ts';
import { type AccessTokenSource, createSourcedCredential } from './token-source.ts';
import type { Token, TokenStore } from './token-store.ts';

/** The sources of a client's credentials, and their store. */
export interface CredentialsParts {
  readonly appid: string;
  readonly store: TokenStore;
  /** Milliseconds to wait for a function that returns one. */
  readonly timeout: number;
  readonly logger: Logger;
  readonly now: () => number;
  /** Calls an endpoint that needs no credential, or the account’s own. */
  readonly call: Call;
}

/** An answer with a token and its lifetime in seconds. */
type TokenAnswer = Readonly<Record<string, string | number>>;

/**
 * Reads the token of an answer.
 *
 * @throws {NetworkError} when there is none in it
 */
export function readGrant(answer: object, field: string, since: number): Grant {
  const { [field]: value, expires_in: life } = answer as TokenAnswer;
  if (typeof value !== 'string' || value === '') {
    const said = 'the answer has none: it is not from WeChat, or baseUrl is wrong';
    throw new NetworkError(field, said, { status: 200, wasSent: true });
  }
  return { answer, token: { value, since, expiresAt: since + Number(life ?? 7200) * 1000 } };
}

/** Creates the account’s access token, from a function, or from the platform’s stable or classic endpoint. */
export function createAccessToken(
  { appid, store, timeout, logger, now, call }: CredentialsParts,
  options: Pick<OfficialClientOptions, 'accessToken' | 'accessTokenExpiresAt' | 'stableToken'>,
): Credential {
  const { accessToken: source, accessTokenExpiresAt, stableToken: isStable = true } = options;
  if (typeof source === 'function') {
    return createGivenToken({ timeout, logger, now }, source);
  }
  const given = givenToken('accessToken', source, accessTokenExpiresAt, now());
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
      return readGrant(answer as TokenAnswer, 'access_token', since);
    },
  });
}

/** Creates the access token of a function. */
export function createGivenToken(
  { timeout, logger, now }: Pick<CredentialsParts, 'timeout' | 'logger' | 'now'>,
  source: AccessTokenSource,
): Credential {
  const name = 'accessToken';
  return createSourcedCredential({ name, field: name, source, timeout, logger, now });
}

/** Creates the ticket that signs pages (`jsapi`) or coupons (`wx_card`). */
export function createTicket(
  { appid, store, timeout, logger, now, call }: CredentialsParts,
  type: 'jsapi' | 'wx_card',
  options: Pick<OfficialClientOptions, 'jsapiTicket' | 'jsapiTicketExpiresAt'> = {},
): Credential {
  const { jsapiTicket: source, jsapiTicketExpiresAt } = options;
  if (typeof source === 'function') {
    const name = 'jsapiTicket';
    return createSourcedCredential({ name, field: 'ticket', source, timeout, logger, now });
  }
  const given = givenToken('jsapiTicket', source, jsapiTicketExpiresAt, now());
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
      return readGrant(answer as TokenAnswer, 'ticket', since);
    },
  });
}

/** Creates a token from a given one, with its end in Unix seconds. */
function givenToken(
  name: string,
  value: string | undefined,
  expiresAt: number | undefined,
  now: number,
): Token | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    throw new InvalidArgumentError(`${name} must be a string, or a function that returns one`);
  }
  return { value, since: now, expiresAt: expiresAt === undefined ? Infinity : expiresAt * 1000 };
}
