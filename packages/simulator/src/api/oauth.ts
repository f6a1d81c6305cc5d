/** Web pages: codes, and the tokens of users that they are changed for. */
import { randomBytes } from 'node:crypto';
import { keep } from './bounded.ts';
import { type Call, type Endpoints, findPerson, OK, type Platform } from './call.ts';
import type { OauthScope } from './contract.ts';
import { demand, Refusal } from './refusal.ts';

interface Consent {
  readonly openid: string;
  readonly scope: OauthScope;
}

interface Code extends Consent {
  readonly issuedAt: number;
  isUsed: boolean;
}

interface Session extends Consent {
  readonly until: number;
  accessToken: string;
}

const CODE_LIFE = 300_000;
const REFRESH_LIFE = 30 * 86_400_000;

export interface Oauth {
  readonly endpoints: Endpoints;
  /** A code as a web page gets it, good for one use within 5 minutes. */
  readonly issueCode: (openid: string, scope: OauthScope) => string;
}

export function createOauth(platform: Platform, isAuthorized: (appid: string) => boolean): Oauth {
  const { tokens, world } = platform;
  const { appid, appsecret } = world.account;
  const codes = new Map<string, Code>();
  /** By refresh token. */
  const sessions = new Map<string, Session>();
  /** By access token. */
  const consents = new Map<string, Consent>();

  function issueToken(consent: Consent): string {
    const token = tokens.issue('user', `${consent.openid} ${consent.scope}`, Infinity);
    keep(consents, token, consent);
    return token;
  }

  function openSession({ openid, scope }: Consent) {
    const accessToken = issueToken({ openid, scope });
    const refreshToken = `83_${randomBytes(60).toString('base64url')}`;
    const until = world.clock.now() + REFRESH_LIFE;
    keep(sessions, refreshToken, { openid, scope, accessToken, until });
    return describe(accessToken, refreshToken, { openid, scope });
  }

  function describe(accessToken: string, refreshToken: string, { openid, scope }: Consent) {
    return {
      access_token: accessToken,
      expires_in: tokens.secondsLeft(accessToken),
      refresh_token: refreshToken,
      openid,
      scope,
    };
  }

  function exchange({ grant_type: grantType, code }: Call['query']) {
    demand(grantType === 'authorization_code', 40002);
    demand(code, 41008);
    const kept = codes.get(code);
    if (!kept) throw new Refusal(40029);
    demand(!kept.isUsed, 40163);
    demand(world.clock.now() - kept.issuedAt < CODE_LIFE, 42003);
    kept.isUsed = true;
    return openSession(kept);
  }

  /** The same token with its whole life again, or a new one when it has expired. */
  function refresh({ grant_type: grantType, refresh_token: refreshToken }: Call['query']) {
    demand(grantType === 'refresh_token', 40002);
    demand(refreshToken, 41003);
    const session = sessions.get(refreshToken);
    if (!session) throw new Refusal(40030);
    demand(session.until > world.clock.now(), 42002);
    if (tokens.secondsLeft(session.accessToken) > 0) tokens.renew(session.accessToken);
    else session.accessToken = issueToken(session);
    return describe(session.accessToken, refreshToken, session);
  }

  function checkUser({ access_token: token = '', openid }: Call['query']): Consent {
    demand(openid, 41009);
    const consent = consents.get(token);
    if (consent?.openid !== openid) throw new Refusal(40003);
    return consent;
  }

  function checkAppid(given: string | undefined, isKnown: boolean): void {
    demand(given, 41002);
    demand(isKnown, 40013);
  }

  const endpoints: Endpoints = {
    '/sns/oauth2/access_token': ({ query }) => {
      checkAppid(query['appid'], query['appid'] === appid);
      demand(query['secret'], 41004);
      demand(query['secret'] === appsecret, 40125);
      return exchange(query);
    },
    '/sns/oauth2/refresh_token': ({ query }) => {
      checkAppid(query['appid'], query['appid'] === appid);
      return refresh(query);
    },
    '/sns/oauth2/component/access_token': ({ query, holder }) => {
      checkAppid(query['component_appid'], query['component_appid'] === holder);
      checkAppid(query['appid'], isAuthorized(`${query['appid']}`));
      return exchange(query);
    },
    '/sns/oauth2/component/refresh_token': ({ query, holder }) => {
      checkAppid(query['component_appid'], query['component_appid'] === holder);
      checkAppid(query['appid'], isAuthorized(`${query['appid']}`));
      return refresh(query);
    },
    '/sns/auth': ({ query }) => {
      checkUser(query);
      return OK;
    },
    '/sns/userinfo': ({ query }) => {
      const { openid, scope } = checkUser(query);
      demand(scope === 'snsapi_userinfo', 48001);
      const { name: nickname } = findPerson(world.state, openid);
      const place = { province: '', city: '', country: '' };
      return { openid, nickname, sex: 0, ...place, headimgurl: '', privilege: [] };
    },
  };

  return {
    endpoints,
    issueCode(openid, scope) {
      const code = randomBytes(16).toString('hex');
      keep(codes, code, { openid, scope, issuedAt: world.clock.now(), isUsed: false });
      return code;
    },
  };
}
