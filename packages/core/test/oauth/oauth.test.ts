/** The login without a framework: its options, its cookies, and what requests may hold. */
import { describe, expect, it, jest } from '@jest/globals';
import {
  createOAuth,
  InvalidArgumentError,
  NeedParamError,
  type OAuthClient,
  type OAuthCookieOptions,
  OAuthError,
  type OAuthOptions,
  type OAuthRedirect,
  type OAuthRequest,
} from '@wechat-mp/core';
import { catchError } from '../support.ts';

const secret = 'a secret of 16 or more';
const baseUrl = 'https://shop.example.com';
const TOKEN = { access_token: 'ACCESS', openid: 'OPENID', scope: 'snsapi_base' };
const FULL = { ...TOKEN, scope: 'snsapi_userinfo' };
const PROFILE = { nickname: 'Ming', headimgurl: 'https://example.com/1' };

type Answers = {
  token?: () => Promise<Awaited<ReturnType<OAuthClient['oauth2']['getAccessToken']>>>;
  profile?: () => Promise<Awaited<ReturnType<OAuthClient['oauth2']['getUserInfo']>>>;
};

function createClient({ token = async () => TOKEN, profile = async () => PROFILE }: Answers = {}) {
  const getAccessToken = jest.fn(token);
  const getUserInfo = jest.fn(profile);
  const buildAuthorizeUrl = (query: object) =>
    `https://open.weixin.qq.com/connect/oauth2/authorize?${new URLSearchParams({ ...query })}`;
  return { appid: 'wx1', oauth2: { buildAuthorizeUrl, getAccessToken, getUserInfo } };
}
type Client = ReturnType<typeof createClient>;

function withQrPage({ appid, oauth2 }: Client): OAuthClient {
  const buildQrConnectUrl = (query: object) =>
    `https://open.weixin.qq.com/connect/qrconnect?${new URLSearchParams({ ...query })}`;
  return { appid, oauth2: { ...oauth2, buildQrConnectUrl } };
}

function createOptions(options: Partial<OAuthOptions> = {}): OAuthOptions {
  return { client: createClient(), secret, baseUrl, ...options };
}

const get = (url: string, headers: OAuthRequest['headers'] = {}): OAuthRequest => ({
  method: 'GET',
  url,
  headers: { accept: 'text/html', ...headers },
});
/** The Cookie header of a browser that has been given these. */
const joinCookies = (cookies: readonly string[]) =>
  cookies
    .filter((line) => !line.includes('Max-Age=0'))
    .map((line) => line.split(';', 1)[0])
    .join('; ');

/** Begins at an address with one login, comes back to the other (or the same), gives where that leads. */
async function logIn(
  options: OAuthOptions,
  { address = '/a?b=1', returnTo = options, code = 'CODE' } = {},
): Promise<OAuthRedirect & { begun: URL; cookie: string }> {
  const begun = await getRedirect(options, get(address));
  const state = new URL(begun.location).searchParams.get('state');
  const back = get(`/a?code=${code}&state=${state}`, { cookie: joinCookies(begun.cookies) });
  const redirect = await getRedirect(returnTo, back);
  return { ...redirect, begun: new URL(begun.location), cookie: joinCookies(redirect.cookies) };
}

async function getRedirect(options: OAuthOptions, request: OAuthRequest): Promise<OAuthRedirect> {
  const { redirect } = await createOAuth(options).handle(request);
  if (!redirect) throw new Error('no redirect');
  return redirect;
}

const getUser = async (options: OAuthOptions, cookie: string) =>
  (await createOAuth(options).handle(get('/a', { cookie }))).user;

describe('wrong options are found at once', () => {
  const missing: Record<string, object | undefined> = {
    'no options': undefined,
    'no client': { client: undefined },
    'no secret': { secret: undefined },
    'no secrets': { secret: [] },
    'no baseUrl': { baseUrl: undefined },
    'no baseUrl, as trustHost is false': { baseUrl: undefined, trustHost: false },
  };
  it.each(Object.entries(missing))('%s', (_what, options) => {
    const given = options && { ...createOptions(), ...options };
    expect(() => createOAuth(given as OAuthOptions)).toThrow(NeedParamError);
  });

  const cookie = (options: object) => ({ cookie: options as OAuthCookieOptions });
  const wrong: Record<string, object> = {
    'a short secret': { secret: 'short' },
    'a short one among several': { secret: [secret, 'short'] },
    'an empty secret': { secret: '' },
    'a secret of bytes': { secret: Buffer.alloc(32) },
    'a client without an appid': { client: { ...createClient(), appid: '' } },
    'a client without oauth2': { client: { appid: 'wx1' } },
    'a client that cannot exchange': { client: { appid: 'wx1', oauth2: { getUserInfo() {} } } },
    'baseUrl without a protocol': { baseUrl: 'shop.example.com' },
    'baseUrl of another protocol': { baseUrl: 'ftp://shop.example.com' },
    'baseUrl with a query': { baseUrl: 'https://shop.example.com/?a=1' },
    'baseUrl with a fragment': { baseUrl: 'https://shop.example.com/#a' },
    'baseUrl with a password': { baseUrl: 'https://a:b@shop.example.com' },
    'baseUrl that is not a text': { baseUrl: 1 },
    'baseUrl beside trustHost': { trustHost: true },
    'trustHost that is no boolean': { trustHost: 'yes' },
    'another scope': { scope: 'snsapi_privateinfo' },
    'a scan login by a client without its page': { scope: 'snsapi_login' },
    'forcePopup beside a scan login': {
      client: withQrPage(createClient()),
      scope: 'snsapi_login',
      forcePopup: true,
    },
    'another language': { lang: 'fr' },
    'forcePopup as text': { forcePopup: 'true' },
    'a clock that is a number': { now: 1 },
    'a misspelt option': { baseURL: 'https://shop.example.com' },
    'a misspelt option of the cookie': cookie({ maxage: 1 }),
    'a cookie with a space in its name': cookie({ name: 'a b' }),
    'a cookie without a name': cookie({ name: '' }),
    'a cookie’s path without a slash': cookie({ path: 'shop' }),
    'a cookie’s path with a semicolon': cookie({ path: '/; Domain=evil.example' }),
    'a cookie for no time': cookie({ maxAge: 0 }),
    'a strict cookie': cookie({ sameSite: 'strict' }),
    'a cookie for all sites that is not secure': cookie({ sameSite: 'none', secure: false }),
  };
  it.each(Object.entries(wrong))('%s', (_what, options) => {
    expect(() => createOAuth({ ...createOptions(), ...options } as OAuthOptions)).toThrow(
      InvalidArgumentError,
    );
  });

  it('and the message does not hold the secret', async () => {
    const { message } = await catchError(() => createOAuth(createOptions({ secret: 'my pin' })));
    expect(message).not.toContain('my pin');
  });
});

describe('the cookies', () => {
  it('are as the options say', async () => {
    const cookie = {
      name: 'me',
      maxAge: 60.5,
      path: '/app',
      sameSite: 'none',
    } satisfies OAuthCookieOptions;
    const { cookies } = await logIn(createOptions({ cookie }));
    expect(cookies).toEqual([
      expect.stringMatching(/^me=\S+; Max-Age=60; Path=\/app; HttpOnly; Secure; SameSite=None$/),
      expect.stringMatching(/^me_login_\w{16}=\S+; Max-Age=600; Path=\/app; HttpOnly; Secure; /),
    ]);
  });

  it.each<[string, OAuthCookieOptions, boolean]>([
    ['https://shop.example.com', {}, true],
    ['http://localhost:3000', {}, false],
    ['https://shop.example.com', { secure: false }, false],
    ['http://localhost:3000', { secure: true }, true],
    ['http://localhost:3000', { sameSite: 'none' }, true],
  ])('on %s with %j: Secure is %j', async (url, cookie, isSecure) => {
    const { cookies } = await getRedirect(createOptions({ baseUrl: url, cookie }), get('/'));
    expect(cookies.map((line) => line.includes('; Secure'))).toEqual([isSecure]);
  });

  const NEW = 'the new secret of this site';
  const rotations: [string, OAuthOptions['secret'], OAuthOptions['secret'], boolean][] = [
    ['both', secret, [NEW, secret], true],
    ['both, the old one first', secret, [secret, NEW], true],
    ['the new one only', secret, NEW, false],
    ['the first of both', [NEW, secret], NEW, true],
    ['the second of both', [NEW, secret], secret, false],
  ];
  it.each(rotations)(
    'signed with one secret hold for %s',
    async (_what, signs, verifies, holds) => {
      const before = createOptions({ secret: signs });
      const after = createOptions({ secret: verifies });
      const { cookie } = await logIn(before);
      const user = { openid: 'OPENID', scope: 'snsapi_base' };
      expect(await getUser(after, cookie)).toEqual(holds ? user : undefined);
      // A login that was under way.
      const outcome = await logIn(before, { returnTo: after }).catch((error: unknown) => error);
      expect(outcome).toMatchObject(
        holds ? { location: 'https://shop.example.com/a?b=1' } : { reason: 'state' },
      );
    },
  );

  it('of one account are nothing to another with the same secret', async () => {
    const other = createOptions({ client: { ...createClient(), appid: 'wx2' } });
    const { cookie } = await logIn(createOptions());
    expect(await getUser(createOptions(), cookie)).toBeDefined();
    expect(await getUser(other, cookie)).toBeUndefined();
    const error = await catchError(() => logIn(createOptions(), { returnTo: other }));
    expect(error).toMatchObject({ reason: 'state' });
  });

  it('leave out what does not fit: the picture, then the name', async () => {
    const big = 'https://example.com/'.padEnd(4000, 'x');
    const known = async (profile: typeof PROFILE) => {
      const client = createClient({ token: async () => FULL, profile: async () => profile });
      const options = createOptions({ client, scope: 'snsapi_userinfo' });
      const { cookie } = await logIn(options);
      expect(cookie.length).toBeLessThan(2200);
      return getUser(options, cookie);
    };
    const user = { openid: 'OPENID', scope: 'snsapi_userinfo' };
    expect(await known({ nickname: 'Ming', headimgurl: big })).toEqual({
      ...user,
      nickname: 'Ming',
    });
    expect(await known({ nickname: '名'.repeat(4000), headimgurl: big })).toEqual(user);
    expect(await known({ nickname: '', headimgurl: '' })).toEqual(user);
  });

  it('are found among those of others', async () => {
    const { cookie } = await logIn(createOptions());
    const others = `a=1; wechat_user_=2; ; =; b; __proto__=1; ${cookie}; wechat_user=late`;
    expect(await getUser(createOptions(), others)).toMatchObject({ openid: 'OPENID' });
  });
});

describe('the user', () => {
  const ways: [string, Answers, Partial<OAuthOptions>, object][] = [
    [
      'has the unionid of the token',
      { token: async () => ({ ...TOKEN, unionid: 'UNION' }) },
      {},
      { openid: 'OPENID', unionid: 'UNION', scope: 'snsapi_base' },
    ],
    [
      'has the unionid of the profile',
      { token: async () => FULL, profile: async () => ({ ...PROFILE, unionid: 'UNION' }) },
      { scope: 'snsapi_userinfo' },
      { openid: 'OPENID', unionid: 'UNION', scope: 'snsapi_userinfo', ...PROFILE },
    ],
    [
      'may have agreed to more than was asked',
      { token: async () => FULL },
      {},
      { openid: 'OPENID', scope: 'snsapi_base' },
    ],
    [
      'may have agreed to several scopes',
      { token: async () => ({ ...FULL, scope: 'snsapi_base,snsapi_userinfo' }) },
      { scope: 'snsapi_userinfo' },
      { openid: 'OPENID', scope: 'snsapi_userinfo', ...PROFILE },
    ],
    [
      'is no snapshot’s when the platform says 0',
      { token: async () => ({ ...TOKEN, is_snapshotuser: 0 as const }) },
      {},
      { openid: 'OPENID', scope: 'snsapi_base' },
    ],
  ];
  it.each(ways)('%s', async (_what, answers, more, user) => {
    const options = createOptions({ client: createClient(answers), ...more });
    const { cookie } = await logIn(options);
    expect(await getUser(options, cookie)).toEqual(user);
  });

  it.each<[string, Partial<OAuthOptions>, object]>([
    ['snsapi_login', {}, {}],
    ['snsapi_login,snsapi_userinfo', { lang: 'en' }, { lang: 'en' }],
    ['', { lang: 'zh_TW' }, { lang: 'cn' }],
  ])(
    'of a website’s scan login that granted "%s" with %j has name and picture',
    async (granted, more, page) => {
      const token = async () => ({ ...TOKEN, scope: granted, unionid: 'UNION' });
      const client = createClient({ token });
      const options = createOptions({ client: withQrPage(client), scope: 'snsapi_login', ...more });
      const { begun, cookie } = await logIn(options);
      const { state, ...query } = Object.fromEntries(begun.searchParams);
      expect(begun.pathname).toBe('/connect/qrconnect');
      expect(query).toEqual({
        appid: 'wx1',
        redirect_uri: `${baseUrl}/a`,
        scope: 'snsapi_login',
        ...page,
      });
      expect(state).toMatch(/^[a-zA-Z0-9]{32,128}$/);
      expect(client.oauth2.getUserInfo).toHaveBeenCalledTimes(1);
      const user = { openid: 'OPENID', unionid: 'UNION', scope: 'snsapi_login', ...PROFILE };
      expect(await getUser(options, cookie)).toEqual(user);
    },
  );

  const platformError = (errcode: number) => async () => {
    throw Object.assign(new Error('no'), { errcode });
  };
  const failing: [string, Answers, object][] = [
    [
      'agreed to less than was asked',
      { token: async () => TOKEN },
      { reason: 'denied', status: 403 },
    ],
    [
      'is nobody',
      { token: async () => ({ ...FULL, openid: '' }) },
      { reason: 'platform', status: 502, expose: false },
    ],
    [
      'cannot be asked for, the network failed',
      {
        token: async () => {
          throw new TypeError('fetch failed');
        },
      },
      { reason: 'platform', status: 502, cause: expect.any(TypeError) },
    ],
    [
      'cannot be asked for, the client threw nothing',
      {
        token: async () => {
          throw undefined;
        },
      },
      { reason: 'platform', status: 502 },
    ],
    [
      'has a profile that is refused',
      { token: async () => FULL, profile: platformError(48001) },
      {
        reason: 'platform',
        message: 'the login could not reach WeChat: WeChat refused with 48001',
      },
    ],
  ];
  it.each(failing)('a user who %s is not signed in', async (_what, answers, expected) => {
    const options = createOptions({ client: createClient(answers), scope: 'snsapi_userinfo' });
    const error = await catchError(() => logIn(options));
    expect(error).toBeInstanceOf(OAuthError);
    expect(error).toMatchObject({ code: 'WECHAT_OAUTH', ...expected });
  });

  it.each([40029, 40163, 42003])('whose code ends in %i is asked again, once', async (errcode) => {
    const client: Client = createClient({ token: platformError(errcode) });
    const options = createOptions({ client });
    const again = await logIn(options);
    expect(again.location).toMatch(/^https:\/\/open\.weixin\.qq\.com\//);
    expect(new URL(again.location).searchParams.get('state')).not.toBe(
      again.begun.searchParams.get('state'),
    );
    const state = new URL(again.location).searchParams.get('state');
    const back = get(`/a?code=CODE&state=${state}`, { cookie: again.cookie });

    // Elsewhere it may end well, and the page is the one that was asked for at first.
    const well = await getRedirect(createOptions(), back);
    expect(well.location).toBe('https://shop.example.com/a?b=1');
    const error = await catchError(() => getRedirect(options, back));
    expect(error).toMatchObject({ reason: 'code', status: 403 });
    expect(client.oauth2.getAccessToken.mock.calls).toHaveLength(2);
  });

  it('may fail once, and come back with the same code', async () => {
    let isDown = true;
    const token = async () => {
      if (isDown) throw new TypeError('fetch failed');
      return TOKEN;
    };
    const login = createOAuth(createOptions({ client: createClient({ token }) }));
    const { redirect } = await login.handle(get('/a'));
    const state = new URL(redirect?.location as string).searchParams.get('state');
    const back = get(`/a?code=CODE&state=${state}`, {
      cookie: joinCookies(redirect?.cookies ?? []),
    });
    await expect(login.handle(back)).rejects.toThrow(OAuthError);
    isDown = false;
    expect((await login.handle(back)).redirect?.location).toBe('https://shop.example.com/a');
  });

  it('with the code of another cannot join that one’s exchange', async () => {
    const client = createClient();
    const login = createOAuth(createOptions({ client }));
    for (const _browser of ['one', 'another']) {
      const { redirect } = await login.handle(get('/a'));
      const state = new URL(redirect?.location as string).searchParams.get('state');
      const cookie = joinCookies(redirect?.cookies ?? []);
      await login.handle(get(`/a?code=CODE&state=${state}`, { cookie }));
    }
    expect(client.oauth2.getAccessToken.mock.calls).toHaveLength(2);
  });

  describe('with several codes for one state', () => {
    /** Begins a login, and sends codes back to it; `codes.get(…)` answers each. */
    async function beginWith(codes: Map<string, () => Promise<typeof TOKEN>>, now = Date.now) {
      const asked: string[] = [];
      let underWay = 0;
      const most = { underWay: 0 };
      const client = createClient();
      client.oauth2.getAccessToken.mockImplementation((async ({ code }: { code: string }) => {
        asked.push(code);
        underWay += 1;
        most.underWay = Math.max(most.underWay, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        return (codes.get(code) ?? refused)();
      }) as never);
      const login = createOAuth(createOptions({ client, now }));
      const { redirect } = await login.handle(get('/a?b=1'));
      const state = new URL(redirect?.location as string).searchParams.get('state');
      const cookie = joinCookies(redirect?.cookies ?? []);
      const send = async (code: string) => {
        const back = get(`/a?code=${code}&state=${state}`, { cookie });
        const { redirect: led } = await login.handle(back);
        return new URL(led?.location as string).host;
      };
      return { asked, most, send };
    }
    const refused = () => Promise.reject(Object.assign(new Error('no'), { errcode: 40029 }));
    const busy = () => Promise.reject(Object.assign(new Error('busy'), { errcode: -1 }));

    it('the platform is asked for one at a time', async () => {
      const { asked, most, send } = await beginWith(new Map());
      await Promise.allSettled(['one', 'two', 'one', 'three', 'four'].map(send));
      expect(asked).toEqual(['one', 'two', 'three']);
      expect(most.underWay).toBe(1);
    });

    it('all get in by the one that is good', async () => {
      const { asked, send } = await beginWith(new Map([['good', async () => TOKEN]]));
      const led = await Promise.all(['bad', 'good', 'late'].map(send));
      expect(led).toEqual(['open.weixin.qq.com', 'shop.example.com', 'shop.example.com']);
      expect(asked).toEqual(['bad', 'good']);
    });

    it('a code that is no good is not asked for again, one that met a busy platform is', async () => {
      const { asked, send } = await beginWith(new Map([['busy', busy]]));
      for (const code of ['bad', 'bad', 'busy', 'busy', 'busy']) await send(code).catch(() => {});
      expect(asked).toEqual(['bad', 'busy', 'busy']);
    });

    it('after three of them the login has to begin again', async () => {
      const { send } = await beginWith(new Map([['good', async () => TOKEN]]));
      for (const code of ['1', '2', '3']) await send(code);
      const error = await catchError(() => send('good'));
      expect(error).toMatchObject({ reason: 'state', status: 403 });
      expect((error as Error).message).toContain('too many attempts');
    });
  });
});

describe('the address', () => {
  const site = 'https://shop.example.com';
  it.each([
    ['/', `${site}/`],
    ['', `${site}/`],
    ['//evil.example/x', `${site}//evil.example/x`],
    ['/\\evil.example', `${site}/%5Cevil.example`],
    ['\\\\evil.example', `${site}/%5C%5Cevil.example`],
    ['http://evil.example/x?y', `${site}/x?y`],
    ['http://evil.example?y', `${site}/?y`],
    ['evil.example/x', `${site}/evil.example/x`],
    ['@evil.example', `${site}/@evil.example`],
    ['/a\r\nSet-Cookie: b=c', `${site}/a%0D%0ASet-Cookie:%20b=c`],
    ['/%00', `${site}/%00`],
    ['/\0', `${site}/%00`],
    // As Node reads the two bytes of é.
    ['/Ã©', `${site}/%C3%A9`],
    ['/%E0%A4%A', `${site}/%E0%A4%A`],
    ['/a?b=1#c', `${site}/a?b=1`],
    ['/a?code=own&b', `${site}/a?code=own&b`],
  ])('%j leads to %s', async (address, location) => {
    expect((await logIn(createOptions(), { address })).location).toBe(location);
  });

  it('loses nothing but code and state when only the user is known of a login', async () => {
    const options = createOptions();
    const { cookies, begun } = await logIn(options);
    const cookie = joinCookies(cookies.slice(0, 1));
    const state = begun.searchParams.get('state');
    const url = `/a?x=1&c%6fde=1&y&&st%61te=${state}&codes=2`;
    const { location } = await getRedirect(options, get(url, { cookie }));
    expect(location).toBe('https://shop.example.com/a?x=1&y&codes=2');
    expect(await createOAuth(options).handle(get('/a?x=1&y&codes=2', { cookie }))).toHaveProperty(
      'user',
    );
  });

  const trusting = createOptions({ baseUrl: undefined, trustHost: true });
  it.each(['https://shop.example.com', 'http://localhost:3000', 'http://[::1]:3000'])(
    'is at the host %s when that is trusted',
    async (origin) => {
      const { location } = await getRedirect(trusting, { ...get('/a?b'), origin });
      expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${origin}/a`);
    },
  );

  it.each([
    undefined,
    '',
    'http://',
    'http://undefined:port',
    'http://evil.example/path',
    'http://evil.example\\@shop.example.com',
    'http://a@evil.example',
    'http://a b',
    'javascript://shop.example.com',
  ])('is refused at the host %j, though hosts are trusted', async (origin) => {
    const error = await catchError(() => getRedirect(trusting, { ...get('/a'), origin }));
    expect(error).toMatchObject({ reason: 'address', status: 400 });
  });
});

it('states are never the same, and have no more than the platform permits', async () => {
  const login = createOAuth(createOptions());
  const states = new Set<string>();
  for (let n = 0; n < 100; n++) {
    const { redirect } = await login.handle(get('/a'));
    const state = new URL(redirect?.location as string).searchParams.get('state') as string;
    expect(state).toMatch(/^[a-zA-Z0-9]{1,128}$/);
    states.add(state);
  }
  expect(states.size).toBe(100);
});
