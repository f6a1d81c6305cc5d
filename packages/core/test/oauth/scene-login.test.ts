/** The login by a QR code of the account, without a framework: what binds it, bounds it, ends it. */
import { describe, expect, it, jest } from '@jest/globals';
import {
  createOAuth,
  createSceneLogin,
  InvalidArgumentError,
  MemoryContextStore,
  type Message,
  NeedParamError,
  type OAuthRequest,
  parseMessage,
  type SceneLoginOptions,
  StoreError,
} from '@wechat-mp/core';
import { catchError } from '../support.ts';

const secret = 'a secret of 16 or more';
const baseUrl = 'https://shop.example.com';
const FIVE_MINUTES = 300_000;

interface World {
  readonly options: SceneLoginOptions;
  readonly clock: { ms: number };
  /** The scenes of the QR codes that were made. */
  readonly scenes: string[];
}

function createWorld(more: Partial<SceneLoginOptions> = {}): World {
  const clock = { ms: 1_700_000_000_000 };
  const scenes: string[] = [];
  const client: SceneLoginOptions['client'] = {
    appid: 'wx1',
    qrcode: {
      create: async ({ action_info }) => {
        scenes.push(action_info.scene.scene_str);
        return { ticket: `T${scenes.length}`, url: `http://weixin.qq.com/q/${scenes.length}` };
      },
      showUrl: (ticket) => `https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=${ticket}`,
    },
  };
  const now = () => clock.ms;
  const contexts = new MemoryContextStore({ now });
  return { options: { client, secret, baseUrl, contexts, now, ...more }, clock, scenes };
}

/** A browser: it sends the cookies that it was given. */
class Jar {
  readonly #cookies = new Map<string, string>();

  request(): OAuthRequest {
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ');
    return { method: 'GET', url: '/login', headers: { accept: 'application/json', cookie } };
  }

  keep<T extends { readonly cookies: readonly string[] }>(given: T): T {
    for (const line of given.cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('Max-Age=0')) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return given;
  }

  get names(): string[] {
    return [...this.#cookies.keys()];
  }
}

const scan = (scene = '', openid = 'o-ming'): Message => event('SCAN', scene, openid);
const follow = (scene = '', openid = 'o-ming'): Message =>
  event('subscribe', `qrscene_${scene}`, openid);

function event(name: string, key: string, openid: string): Message {
  return parseMessage(
    `<xml><ToUserName>gh_1</ToUserName><FromUserName>${openid}</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>${name}</Event><EventKey>${key}</EventKey><Ticket>T</Ticket></xml>`,
  );
}

describe('a browser', () => {
  it.each([
    ['a follower scans', scan],
    ['a new follower scans', follow],
  ])('is logged in when %s its QR code', async (_what, act) => {
    const { options, scenes } = createWorld();
    const login = createSceneLogin(options);
    const jar = new Jar();
    const code = jar.keep(await login.begin(jar.request()));
    expect(code).toMatchObject({
      picture: 'https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=T1',
      url: 'http://weixin.qq.com/q/1',
      expiresAt: 1_700_000_000_000 + FIVE_MINUTES,
    });
    expect(await login.poll(jar.request())).toEqual({ state: 'waiting', cookies: [] });
    expect(login.findUser(jar.request())).toBeUndefined();

    expect(await login.accept(act(scenes[0]))).toBe(true);
    const user = { openid: 'o-ming', scope: 'snsapi_base' };
    expect(jar.keep(await login.poll(jar.request()))).toMatchObject({ state: 'done', user });
    expect(login.findUser(jar.request())).toEqual(user);
    expect(jar.names).toEqual(['wechat_user']);
    // Another tab.
    expect(await login.poll(jar.request())).toEqual({ state: 'done', user, cookies: [] });
  });

  it('is known to the pages behind wechatOAuth with the same secret', async () => {
    const { options, scenes } = createWorld();
    const login = createSceneLogin(options);
    const jar = new Jar();
    jar.keep(await login.begin(jar.request()));
    await login.accept(scan(scenes[0]));
    jar.keep(await login.poll(jar.request()));
    const oauth2 = {
      buildAuthorizeUrl: () => '',
      getAccessToken: async () => ({ access_token: '', openid: '', scope: '' }),
      getUserInfo: async () => ({ nickname: '', headimgurl: '' }),
    };
    const { now } = options;
    const pages = createOAuth({ client: { appid: 'wx1', oauth2 }, secret, baseUrl, now });
    expect((await pages.handle(jar.request())).user).toMatchObject({ openid: 'o-ming' });
  });

  it('keeps its QR code while it is loaded again, and gets another before it ends', async () => {
    const { options, clock, scenes } = createWorld();
    const login = createSceneLogin(options);
    const jar = new Jar();
    const first = jar.keep(await login.begin(jar.request()));
    clock.ms += FIVE_MINUTES - 61_000;
    expect(jar.keep(await login.begin(jar.request()))).toEqual({ ...first, cookies: [] });
    clock.ms += 2000;
    expect(jar.keep(await login.begin(jar.request()))).toMatchObject({
      url: 'http://weixin.qq.com/q/2',
    });
    expect(scenes).toHaveLength(2);
  });

  it('has cookies that scripts cannot read, for five minutes', async () => {
    const { cookies } = await createSceneLogin(createWorld().options).begin(new Jar().request());
    expect(cookies).toEqual([
      expect.stringMatching(
        /^wechat_user_scan=[\w.-]+; Max-Age=300; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
  });

  it('that did not begin the login gets nothing by it', async () => {
    const { options, scenes } = createWorld();
    const login = createSceneLogin(options);
    const [own, other] = [new Jar(), new Jar()];
    own.keep(await login.begin(own.request()));
    other.keep(await login.begin(other.request()));
    await login.accept(scan(scenes[0]));
    expect(await login.poll(other.request())).toMatchObject({ state: 'waiting' });
    expect(await login.poll(new Jar().request())).toEqual({ state: 'over', cookies: [] });
    expect(await login.poll(own.request())).toMatchObject({ state: 'done' });
  });

  it('is logged in once by a scan, however often it asks with the same cookie', async () => {
    const { options, scenes } = createWorld();
    const login = createSceneLogin(options);
    const jar = new Jar();
    jar.keep(await login.begin(jar.request()));
    await login.accept(scan(scenes[0]));
    const outcomes = await Promise.all([1, 2, 3].map(() => login.poll(jar.request())));
    expect(outcomes.map(({ state }) => state).toSorted()).toEqual(['done', 'over', 'over']);
    expect(await login.poll(jar.request())).toMatchObject({ state: 'over' });
  });

  it.each([
    ['five minutes', FIVE_MINUTES],
    ['an hour', 3600_000],
  ])('needs another QR code after %s, scanned or not', async (_what, passed) => {
    const { options, clock, scenes } = createWorld();
    const login = createSceneLogin(options);
    const jar = new Jar();
    jar.keep(await login.begin(jar.request()));
    await login.accept(scan(scenes[0]));
    clock.ms += passed;
    expect(await login.poll(jar.request())).toEqual({ state: 'over', cookies: [] });
  });
});

describe('a scan', () => {
  const foreign: [string, (scene: string) => string][] = [
    ['of the account’s own QR codes', () => 'poster'],
    ['with a scene that was made up', () => 'a'.repeat(64)],
    [
      'with a scene that is one digit off',
      (scene) => scene.replace(/^./, (c) => (c === '0' ? '1' : '0')),
    ],
    ['without a scene', () => ''],
  ];
  it.each(foreign)('%s does not belong to the login', async (_what, change) => {
    const { options, scenes } = createWorld();
    const contexts = new MemoryContextStore();
    const save = jest.spyOn(contexts, 'save');
    const login = createSceneLogin({ ...options, contexts });
    await login.begin(new Jar().request());
    for (const act of [scan, follow]) {
      expect(await login.accept(act(change(scenes[0] as string)))).toBe(false);
    }
    expect(save).not.toHaveBeenCalled();
  });

  it.each([
    ['text', '<Content>hi</Content>'],
    ['event', '<Event>CLICK</Event><EventKey>KEY</EventKey>'],
  ])('is no %s of another kind', async (type, fields) => {
    const login = createSceneLogin(createWorld().options);
    const message = parseMessage(
      `<xml><ToUserName>gh_1</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime><MsgType>${type}</MsgType>${fields}</xml>`,
    );
    expect(await login.accept(message)).toBe(false);
  });

  it('by a second user is refused, and delivered again is as before', async () => {
    const { options, scenes } = createWorld();
    const login = createSceneLogin(options);
    const jar = new Jar();
    jar.keep(await login.begin(jar.request()));
    expect(await login.accept(scan(scenes[0]))).toBe(true);
    expect(await login.accept(scan(scenes[0], 'o-hong'))).toBe(false);
    expect(await login.accept(scan(scenes[0]))).toBe(true);
    expect(await login.poll(jar.request())).toMatchObject({ user: { openid: 'o-ming' } });
    expect(await login.accept(scan(scenes[0]))).toBe(false);
  });

  it('of another account, or under another secret, does not belong to this login', async () => {
    const { options, scenes } = createWorld();
    await createSceneLogin(options).begin(new Jar().request());
    const others = [
      { ...options, client: { ...options.client, appid: 'wx2' } },
      { ...options, secret: 'another secret of this site' },
    ];
    for (const other of others) {
      expect(await createSceneLogin(other).accept(scan(scenes[0]))).toBe(false);
    }
  });

  it('that cannot be kept is an error, so that the platform delivers it again', async () => {
    const contexts = new MemoryContextStore();
    jest.spyOn(contexts, 'save').mockRejectedValue(new Error('down'));
    const { options, scenes } = createWorld({ contexts });
    const login = createSceneLogin(options);
    await login.begin(new Jar().request());
    expect(await catchError(() => login.accept(scan(scenes[0])))).toBeInstanceOf(StoreError);
  });
});

describe('strangers', () => {
  it.each([3, 1000])('have %i QR codes made in five minutes, and no more', async (most) => {
    const more = most === 1000 ? {} : { maxCodes: most };
    const { options, clock, scenes } = createWorld(more);
    const login = createSceneLogin(options);
    const asks = Array.from({ length: most + 5 }, () => login.begin(new Jar().request()));
    const ended = await Promise.allSettled(asks);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(most);
    expect(scenes).toHaveLength(most);
    const error = await catchError(() => login.begin(new Jar().request()));
    expect(error).toMatchObject({ code: 'WECHAT_OAUTH', reason: 'busy', status: 503 });
    clock.ms += FIVE_MINUTES;
    await login.begin(new Jar().request());
    expect(scenes).toHaveLength(most + 1);
  });
});

describe('wrong options are found at once', () => {
  const missing: Record<string, object | undefined> = {
    'no options': undefined,
    'no client': { client: undefined },
    'no secret': { secret: undefined },
    'no baseUrl': { baseUrl: undefined },
  };
  it.each(Object.entries(missing))('%s', (_what, options) => {
    const given = options && { ...createWorld().options, ...options };
    expect(() => createSceneLogin(given as SceneLoginOptions)).toThrow(NeedParamError);
  });

  const wrong: Record<string, object> = {
    'a short secret': { secret: 'short' },
    'a client without an appid': { client: { ...createWorld().options.client, appid: '' } },
    'a client without QR codes': { client: { appid: 'wx1' } },
    'a store of another kind': { contexts: { get() {} } },
    'no QR codes at all': { maxCodes: 0 },
    'a misspelt option': { context: new MemoryContextStore() },
    'an option of the other login': { scope: 'snsapi_login' },
    'a strict cookie': { cookie: { sameSite: 'strict' } },
  };
  it.each(Object.entries(wrong))('%s', (_what, options) => {
    const given = { ...createWorld().options, ...options } as SceneLoginOptions;
    expect(() => createSceneLogin(given)).toThrow(InvalidArgumentError);
  });
});
