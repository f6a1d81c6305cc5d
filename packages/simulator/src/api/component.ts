/** A third-party platform (第三方平台) and the accounts that authorized it. */
import { randomBytes } from 'node:crypto';
import { keep } from './bounded.ts';
import { type Endpoints, type JsonFields, type Platform } from './call.ts';
import { ApiRefusal, demand } from './refusal.ts';

/** The credentials of the third-party platform. */
export const COMPONENT = {
  appid: 'wx6d80ca40ad4e00fc',
  appsecret: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  verifyTicket: 'ticket@@@c29tZSB2ZXJpZnkgdGlja2V0',
} as const;

export interface Component {
  readonly endpoints: Endpoints;
  readonly isAuthorized: (appid: string) => boolean;
  /** Authorizes an account as its administrator would: returns an authorization code for one use. */
  readonly authorize: (appid?: string) => string;
}

/** Milliseconds for which a code can be exchanged: `AuthorizationCodeExpiredTime` of the push. */
const CODE_LIFE = 600_000;

export function createComponent({ tokens, world }: Platform): Component {
  const codes = new Map<string, { appid: string; until: number }>();
  /** By appid: each exchange of a code invalidates the previous token. */
  const refreshTokens = new Map<string, string>();

  function checkComponent(given: JsonFields): void {
    demand(given['component_appid'] === COMPONENT.appid, 40013);
  }

  function grant(appid: string) {
    const token = tokens.issue('authorizer', appid);
    return {
      authorizer_access_token: token,
      expires_in: tokens.secondsLeft(token),
      authorizer_refresh_token: refreshTokens.get(appid),
    };
  }

  const endpoints: Endpoints = {
    '/cgi-bin/component/api_component_token': ({ given }) => {
      checkComponent(given);
      demand(given['component_appsecret'] === COMPONENT.appsecret, 40125);
      demand(given['component_verify_ticket'] === COMPONENT.verifyTicket, 61006);
      const token = tokens.issue('component', COMPONENT.appid);
      return { component_access_token: token, expires_in: tokens.secondsLeft(token) };
    },
    '/cgi-bin/component/api_create_preauthcode': ({ given }) => {
      checkComponent(given);
      return {
        pre_auth_code: `preauthcode@@@${randomBytes(30).toString('hex')}`,
        expires_in: 1800,
      };
    },
    '/cgi-bin/component/api_query_auth': ({ given }) => {
      checkComponent(given);
      const code = `${given['authorization_code'] as string}`;
      const kept = codes.get(code);
      if (!kept || kept.until <= world.clock.now()) throw new ApiRefusal(61010);
      const { appid } = kept;
      codes.delete(code);
      refreshTokens.set(appid, `refreshtoken@@@${randomBytes(30).toString('base64url')}`);
      const func_info = [{ funcscope_category: { id: 1 } }];
      return { authorization_info: { authorizer_appid: appid, ...grant(appid), func_info } };
    },
    '/cgi-bin/component/api_authorizer_token': ({ given }) => {
      checkComponent(given);
      const appid = `${given['authorizer_appid'] as string}`;
      demand(refreshTokens.has(appid), 61003);
      demand(refreshTokens.get(appid) === given['authorizer_refresh_token'], 61023);
      return grant(appid);
    },
  };

  return {
    endpoints,
    isAuthorized: (appid) => refreshTokens.has(appid),
    authorize(appid = world.account.appid) {
      const code = `queryauthcode@@@${randomBytes(30).toString('base64url')}`;
      keep(codes, code, { appid, until: world.clock.now() + CODE_LIFE });
      return code;
    },
  };
}
