/**
 * WeChat's side of a web page's login: the page that sends the browser back, and the API behind it.
 * As strict as the platform, and no code shared with the library.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from './http.ts';

const APPID = 'wx5823bf96d3bd56c7';
const SECRET = 'the-app-secret';

export const profile = {
  openid: 'o6_bmjrPTlm6_2sgVt7hMZOPfL2M',
  nickname: '小明 & "Ming" 😀',
  sex: 0,
  province: '',
  city: '',
  country: '',
  headimgurl: 'https://thirdwx.qlogo.cn/mmopen/g3MonUZtNHkdmzicIlibx6iaFqAc56vxLSUfpb6n5/132',
  privilege: [],
  unionid: 'o6_bmasdasdsad6_2sgVt7hMZOPfL',
};

interface Failure {
  readonly errcode: number;
  readonly errmsg: string;
}
const failure = (errcode: number, errmsg: string): Failure => ({
  errcode,
  errmsg: `${errmsg}, rid: 6aac007a-6c02c771-26bf69c4`,
});

export interface OAuthPlatform {
  readonly origin: string;
  /** A client as `OfficialClient` is one, for tests. */
  readonly client: Client;
  /** The host of 网页授权域名. Any while undefined. */
  domain: string | undefined;
  /** The user's action on the page. */
  answer: 'agree' | 'deny' | 'authdeny';
  isSnapshot: boolean;
  /** The paths of the API that were called, and how each ended. */
  readonly calls: { path: string; errcode: number; lang: string | null }[];
  /** Every token and code that was given out; none of them may show up anywhere. */
  readonly secrets: string[];
  /** Makes all codes that are not used yet too old. */
  expireCodes(): void;
  /** Answers every call of the API with this error. */
  fail: Failure | undefined;
}

interface Client {
  readonly appid: string;
  readonly oauth2: {
    buildAuthorizeUrl(query: {
      redirect_uri: string;
      scope: string;
      state?: string;
      forcePopup?: boolean;
    }): string;
    getAccessToken(query: { code: string }): Promise<{
      access_token: string;
      expires_in: number;
      refresh_token: string;
      openid: string;
      scope: string;
      is_snapshotuser?: 0 | 1;
    }>;
    getUserInfo(query: {
      access_token: string;
      openid: string;
      lang?: string;
    }): Promise<typeof profile>;
  };
}

export async function startOAuthPlatform(): Promise<OAuthPlatform> {
  const codes = new Map<string, { scope: string; status: 'new' | 'used' | 'old' }>();
  const tokens = new Map<string, string>();
  const newSecret = () => {
    const secret = randomUUID().replaceAll('-', '');
    platform.secrets.push(secret);
    return secret;
  };

  /** The page; what it does not like it shows to the user, and sends nobody anywhere. */
  const authorize = (url: URL, res: ServerResponse) => {
    const query = [...url.searchParams];
    const { redirect_uri = '', scope = '', state = '' } = Object.fromEntries(query);
    const names = query.map(([name]) => name).join(' ');
    assert.match(names, /^appid redirect_uri response_type scope state( forcePopup)?$/);
    assert.equal(url.searchParams.get('appid'), APPID);
    assert.equal(url.searchParams.get('response_type'), 'code');
    assert.match(scope, /^snsapi_(base|userinfo)$/);
    assert.match(state, /^[a-zA-Z0-9]{1,128}$/);
    const target = new URL(redirect_uri);
    assert.equal(target.host, platform.domain ?? target.host, '10003');
    assert.equal(target.hash, '');
    if (platform.answer === 'agree') {
      const code = newSecret();
      codes.set(code, { scope, status: 'new' });
      target.searchParams.append('code', code);
    }
    if (platform.answer === 'authdeny') target.searchParams.append('code', 'authdeny');
    target.searchParams.append('state', state);
    res.writeHead(302, { location: target.href }).end();
  };

  const exchange = (query: URLSearchParams): object => {
    if (query.get('appid') !== APPID) return failure(40013, 'invalid appid');
    if (query.get('secret') !== SECRET) return failure(40125, 'invalid appsecret');
    assert.equal(query.get('grant_type'), 'authorization_code');
    const code = query.get('code');
    if (!code) return failure(41008, 'missing code');
    const known = codes.get(code);
    if (!known) return failure(40029, 'invalid code');
    if (known.status === 'used') return failure(40163, 'code been used');
    if (known.status === 'old') return failure(42003, 'code expired');
    known.status = 'used';
    const token = newSecret();
    tokens.set(token, known.scope);
    return {
      access_token: token,
      expires_in: 7200,
      refresh_token: newSecret(),
      openid: profile.openid,
      scope: known.scope,
      ...(platform.isSnapshot && { is_snapshotuser: 1 }),
    };
  };

  const userInfo = (query: URLSearchParams): object => {
    const scope = tokens.get(query.get('access_token') ?? '');
    if (!scope) return failure(40001, 'invalid credential');
    if (scope !== 'snsapi_userinfo') return failure(48001, 'api unauthorized');
    if (query.get('openid') !== profile.openid) return failure(40003, 'invalid openid');
    assert.match(query.get('lang') ?? 'zh_CN', /^(zh_CN|zh_TW|en)$/);
    return profile;
  };

  const routes: Record<string, (query: URLSearchParams) => object> = {
    '/sns/oauth2/access_token': exchange,
    '/sns/userinfo': userInfo,
  };

  const answer = (req: IncomingMessage, res: ServerResponse) => {
    const url = new URL(req.url ?? '', 'http://platform');
    try {
      if (url.pathname === '/connect/oauth2/authorize') return authorize(url, res);
      const route = routes[url.pathname];
      assert.ok(route, `there is no ${url.pathname}`);
      const body = (platform.fail ?? route(url.searchParams)) as { errcode?: number };
      const lang = url.searchParams.get('lang');
      platform.calls.push({ path: url.pathname, errcode: body.errcode ?? 0, lang });
      return res.end(JSON.stringify(body));
    } catch (error) {
      return res.writeHead(400).end(`the platform refuses: ${(error as Error).message}`);
    }
  };

  const origin = await listen(answer);
  const call = async <T>(path: string, query: Record<string, string>): Promise<T> => {
    const response = await fetch(`${origin}${path}?${new URLSearchParams(query)}`);
    const body = (await response.json()) as T & { errcode?: number };
    if (body.errcode) {
      throw Object.assign(new Error(`${path} failed`), { errcode: body.errcode });
    }
    return body;
  };
  const platform: OAuthPlatform = {
    origin,
    domain: undefined,
    answer: 'agree',
    isSnapshot: false,
    calls: [],
    secrets: [],
    fail: undefined,
    expireCodes() {
      for (const code of codes.values()) if (code.status === 'new') code.status = 'old';
    },
    client: {
      appid: APPID,
      oauth2: {
        buildAuthorizeUrl({ redirect_uri, scope, state, forcePopup }) {
          const query = new URLSearchParams({
            appid: APPID,
            redirect_uri,
            response_type: 'code',
            scope,
            ...(state !== undefined && { state }),
            ...(forcePopup !== undefined && { forcePopup: String(forcePopup) }),
          });
          return `${origin}/connect/oauth2/authorize?${query}#wechat_redirect`;
        },
        getAccessToken: ({ code }) =>
          call('/sns/oauth2/access_token', {
            appid: APPID,
            secret: SECRET,
            code,
            grant_type: 'authorization_code',
          }),
        getUserInfo: ({ access_token, openid, lang }) =>
          call('/sns/userinfo', { access_token, openid, ...(lang !== undefined && { lang }) }),
      },
    },
  };
  return platform;
}
