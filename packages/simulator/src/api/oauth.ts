/** Web pages: codes, and the user tokens they are exchanged for. */
import { randomBytes } from 'node:crypto';
import type { Person } from '../state.ts';
import { keep } from './bounded.ts';
import { type Call, type Endpoints, OK, type Platform } from './call.ts';
import type { OauthScope } from './contract.ts';
import { ApiRefusal, demand } from './refusal.ts';
import { findOpenid, findUnionid, WEBSITE } from './website.ts';

interface Consent {
  /** The app that the user agreed to. */
  readonly appid: string;
  readonly person: Person;
  /** The user's openid at that app. */
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
  /** Creates a code, valid once within 5 minutes. */
  readonly issueCode: (person: Person, appid: string, scope: OauthScope) => string;
}

export function createOauth(platform: Platform, isAuthorized: (appid: string) => boolean): Oauth {
  const { tokens, world } = platform;
  /** The secrets that may exchange codes, by appid: the account's and a website's. */
  const secrets = new Map<string, string>([
    [world.account.appid, world.account.appsecret],
    [WEBSITE.appid, WEBSITE.appsecret],
  ]);
  const codes = new Map<string, Code>();
  /** By refresh token. */
  const sessions = new Map<string, Session>();
  /** By access token. */
  const consents = new Map<string, Consent>();

  function issueToken(consent: Consent): string {
    const { appid, openid, scope } = consent;
    const token = tokens.issue('user', `${appid} ${openid} ${scope}`, Infinity);
    keep(consents, token, consent);
    return token;
  }

  function openSession({ appid, person, openid, scope }: Consent) {
    const consent = { appid, person, openid, scope };
    const accessToken = issueToken(consent);
    const refreshToken = `83_${randomBytes(60).toString('base64url')}`;
    const until = world.clock.now() + REFRESH_LIFE;
    keep(sessions, refreshToken, { ...consent, accessToken, until });
    const unionid = scope === 'snsapi_base' ? {} : { unionid: findUnionid(person) };
    const snapshot = person.isSnapshotUser ? { is_snapshotuser: 1 } : {};
    return { ...describe(accessToken, refreshToken, consent), ...unionid, ...snapshot };
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

  function exchange({ grant_type: grantType, code, appid }: Call['query']) {
    demand(grantType === 'authorization_code', 40002);
    demand(code, 41008);
    const kept = codes.get(code);
    if (!kept || kept.appid !== appid) throw new ApiRefusal(40029);
    demand(!kept.isUsed, 40163);
    demand(world.clock.now() - kept.issuedAt < CODE_LIFE, 42003);
    kept.isUsed = true;
    return openSession(kept);
  }

  /** Returns the same token with its whole lifetime, or a new one when it has expired. */
  function refresh(query: Call['query']) {
    const { grant_type: grantType, refresh_token: refreshToken } = query;
    demand(grantType === 'refresh_token', 40002);
    demand(refreshToken, 41003);
    const session = sessions.get(refreshToken);
    if (!session || session.appid !== query['appid']) throw new ApiRefusal(40030);
    demand(session.until > world.clock.now(), 42002);
    if (tokens.secondsLeft(session.accessToken) > 0) tokens.renew(session.accessToken);
    else session.accessToken = issueToken(session);
    return describe(session.accessToken, refreshToken, session);
  }

  function checkUser({ access_token: token = '', openid }: Call['query']): Consent {
    demand(openid, 41009);
    const consent = consents.get(token);
    if (consent?.openid !== openid) throw new ApiRefusal(40003);
    return consent;
  }

  function checkAppid(given: string | undefined, isKnown: boolean): void {
    demand(given, 41002);
    demand(isKnown, 40013);
  }

  const endpoints: Endpoints = {
    '/sns/oauth2/access_token': ({ query }) => {
      const secret = secrets.get(`${query['appid']}`);
      checkAppid(query['appid'], secret !== undefined);
      demand(query['secret'], 41004);
      demand(query['secret'] === secret, 40125);
      return exchange(query);
    },
    '/sns/oauth2/refresh_token': ({ query }) => {
      checkAppid(query['appid'], secrets.has(`${query['appid']}`));
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
      const { person, openid, scope } = checkUser(query);
      demand(scope !== 'snsapi_base', 48001);
      const place = { province: '', city: '', country: '' };
      const { name: nickname } = person;
      const about = {
        openid,
        nickname,
        sex: 0,
        ...place,
        headimgurl: person.picture ?? '',
        privilege: [],
      };
      return { ...about, unionid: findUnionid(person) };
    },
  };

  return {
    endpoints,
    issueCode(person, appid, scope) {
      const code = randomBytes(16).toString('hex');
      const consent = { appid, person, openid: findOpenid(person, appid), scope };
      keep(codes, code, { ...consent, issuedAt: world.clock.now(), isUsed: false });
      return code;
    },
  };
}
