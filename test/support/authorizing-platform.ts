/**
 * Authorization codes of a third-party platform's accounts, for one use, and refresh tokens that
 * end when the account's next code is exchanged. Shares no code with the library.
 */
import type { OfficialPlatform } from './official-platform.ts';

const QUERY_AUTH = '/cgi-bin/component/api_query_auth';
const REFRESH = '/cgi-bin/component/api_authorizer_token';

/** The calls that try an account's token. */
const CALLS = {
  '/cgi-bin/menu/get': { menu: { button: [] } },
  '/cgi-bin/message/custom/send': { errcode: 0, errmsg: 'ok' },
};

export interface AuthorizingPlatform {
  /** Ends the access tokens of all accounts. */
  readonly endAccessTokens: () => void;
  /** An administrator gives the rights of an account again; gives the code. */
  readonly authorize: (appid: string) => string;
  /** Exchanges a code as a program elsewhere does; gives the refresh token. */
  readonly exchange: (code: string) => string;
  /** How many times codes were exchanged, well or not. */
  readonly countExchanges: () => number;
  /** The refresh tokens that calls came with. */
  readonly listRefreshTokens: () => unknown[];
}

export function addAuthorizations(platform: OfficialPlatform): AuthorizingPlatform {
  const codes = new Map<string, string>();
  const inForce = new Map<string, string>();
  const accessTokens = new Set<unknown>();
  let made = 0;
  const exchange = (code: string): string | undefined => {
    const appid = codes.get(code);
    if (appid === undefined) return undefined;
    codes.delete(code);
    made += 1;
    inForce.set(appid, `refresh-${made}`);
    return appid;
  };
  const grant = (appid: string) => {
    made += 1;
    accessTokens.add(`authorizer-${made}`);
    return {
      authorizer_appid: appid,
      authorizer_access_token: `authorizer-${made}`,
      expires_in: 7200,
      authorizer_refresh_token: inForce.get(appid),
    };
  };

  platform.answer('/cgi-bin/component/api_component_token', () => ({
    component_access_token: 'component-token',
    expires_in: 7200,
  }));
  platform.answer(QUERY_AUTH, ({ body }) => {
    const appid = exchange((body as { authorization_code: string }).authorization_code);
    if (appid === undefined) return platform.refuse(61010, 'code is expired');
    return { authorization_info: { ...grant(appid), func_info: [] } };
  });
  platform.answer(REFRESH, ({ body }) => {
    const given = body as { authorizer_appid: string; authorizer_refresh_token: string };
    const isInForce = inForce.get(given.authorizer_appid) === given.authorizer_refresh_token;
    if (!isInForce) return platform.refuse(61023, 'refresh_token is invalid');
    return grant(given.authorizer_appid);
  });
  for (const [path, answer] of Object.entries(CALLS)) {
    platform.answer(path, ({ query }) =>
      accessTokens.has(query['access_token']) ? answer : platform.refuse(42001, 'expired'),
    );
  }

  return {
    endAccessTokens: () => accessTokens.clear(),
    authorize(appid) {
      made += 1;
      codes.set(`queryauthcode@@@${made}`, appid);
      return `queryauthcode@@@${made}`;
    },
    exchange: (code) => `${inForce.get(`${exchange(code)}`)}`,
    countExchanges: () => platform.count(QUERY_AUTH),
    listRefreshTokens: () =>
      platform
        .requestsTo(REFRESH)
        .map(({ body }) => (body as Record<string, unknown>)['authorizer_refresh_token']),
  };
}
