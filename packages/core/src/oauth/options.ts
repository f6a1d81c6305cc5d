import { InvalidArgumentError, NeedParamError } from '../errors.ts';
import {
  checkBoolean,
  checkFunction,
  checkMethods,
  checkPositive,
  checkTexts,
  createChoiceCheck,
  type OptionTable,
  readOptions,
  refuseMissing,
  refuseUnknown,
} from '../option-checks.ts';

/**
 * 授权作用域: `snsapi_base` returns the openid without asking; `snsapi_userinfo` asks the user, and
 * returns name and picture too. `snsapi_login` is for website apps (网站应用), whose users scan a
 * QR code.
 */
export type OAuthScope = 'snsapi_base' | 'snsapi_userinfo' | 'snsapi_login';
/** The language of the user's profile. */
export type OAuthLanguage = 'zh_CN' | 'zh_TW' | 'en';

/** The methods that the login uses of an API client, for example an `OfficialClient`. */
export interface OAuthClient {
  /** The account's AppID. */
  readonly appid: string;
  readonly oauth2: {
    /** Creates the address of the platform's page. */
    buildAuthorizeUrl(query: {
      redirect_uri: string;
      scope: Exclude<OAuthScope, 'snsapi_login'>;
      state?: string;
      forcePopup?: boolean;
    }): string;
    /** Creates the address of the page with the QR code. Required for `snsapi_login`. */
    buildQrConnectUrl?(query: {
      appid: string;
      redirect_uri: string;
      scope: 'snsapi_login';
      state?: string;
      lang?: 'cn' | 'en';
    }): string;
    /** Exchanges a code; rejects with an error whose `errcode` is the platform's. */
    getAccessToken(query: { code: string }): Promise<{
      access_token: string;
      openid: string;
      scope: string;
      unionid?: string | undefined;
      is_snapshotuser?: 0 | 1 | undefined;
    }>;
    getUserInfo(query: { access_token: string; openid: string; lang?: OAuthLanguage }): Promise<{
      unionid?: string | undefined;
      nickname: string;
      headimgurl: string;
    }>;
  };
}

/** How the cookies of the login are set. They are always HttpOnly. */
export interface OAuthCookieOptions {
  /**
   * Default: `wechat_user`. Logins in progress have cookies whose names begin with it. To sign a
   * user out, clear it.
   */
  name?: string | undefined;
  /** Seconds for which a user stays signed in. Default: 7200. */
  maxAge?: number | undefined;
  /** Default: `/`. */
  path?: string | undefined;
  /** Default: true when the site is served over https. */
  secure?: boolean | undefined;
  /**
   * Default: `lax`. `strict` is not possible: the browser would not send the cookie when it returns
   * from the platform.
   */
  sameSite?: 'lax' | 'none' | undefined;
}

/** Options of the web login. */
export interface OAuthOptions {
  /** Calls the platform: an `OfficialClient`, or an object with these methods. */
  client: OAuthClient;
  /**
   * Signs the cookies and the state; at least 16 characters. An array for rotation: the first one
   * signs, all are accepted.
   */
  secret: string | readonly string[];
  /**
   * Public address of this server, such as `https://shop.example.com`; its host is the 网页授权域名
   * in the console. Append the path that a proxy strips, if any. Required unless `trustHost` is
   * set.
   */
  baseUrl?: string | undefined;
  /**
   * Whether to use the request's own Host header instead of `baseUrl`. Default: false, because
   * clients can send any Host; safe behind a proxy that checks it.
   */
  trustHost?: boolean | undefined;
  /**
   * Default: `snsapi_base`. A user known by `snsapi_base` is asked again for `snsapi_userinfo`.
   * `snsapi_login` shows a QR code in any browser (扫码登录); its `client` has the AppID and
   * AppSecret of the website app, and `baseUrl` the 授权回调域.
   */
  scope?: OAuthScope | undefined;
  /** Language of names, and of the page with the QR code. Default: the platform's, `zh_CN`. */
  lang?: OAuthLanguage | undefined;
  /** Whether the platform asks even users who agreed before. Default: false. */
  forcePopup?: boolean | undefined;
  cookie?: OAuthCookieOptions | undefined;
  /** A clock in ms. Default: Date.now. */
  now?: (() => number) | undefined;
}

/** Checked options. */
export interface OAuthSettings {
  readonly client: OAuthClient;
  readonly secrets: readonly string[];
  /** Undefined with `trustHost`. */
  readonly baseUrl: string | undefined;
  readonly scope: OAuthScope;
  readonly lang: OAuthLanguage | undefined;
  /** Creates the address of the platform's page, which returns to `redirectUri`. */
  readonly buildPage: (redirectUri: string, state: string) => string;
  readonly cookie: {
    readonly name: string;
    readonly maxAge: number;
    readonly path: string;
    readonly secure: boolean | undefined;
    readonly sameSite: 'lax' | 'none';
  };
  readonly now: () => number;
}

/** The options of every login: their defaults and checks. */
export const LOGIN_OPTIONS = {
  secret: { initial: [], check: checkSecrets },
  baseUrl: { check: checkBase },
  trustHost: { initial: false, check: checkBoolean },
  cookie: { initial: {}, check: checkCookie },
  now: { initial: () => Date.now(), check: checkFunction<() => number> },
} satisfies OptionTable<Pick<OAuthOptions, 'secret' | 'baseUrl' | 'trustHost' | 'cookie' | 'now'>>;

/** The options of a login by WeChat's page: their defaults and checks. */
export const OAUTH_OPTIONS = {
  client: { check: checkClient },
  ...LOGIN_OPTIONS,
  scope: {
    initial: 'snsapi_base',
    check: createChoiceCheck('snsapi_base', 'snsapi_userinfo', 'snsapi_login'),
  },
  lang: { check: createChoiceCheck('zh_CN', 'zh_TW', 'en') },
  forcePopup: { initial: false, check: checkBoolean },
} satisfies OptionTable<OAuthOptions>;

const COOKIE_OPTIONS = {
  name: { initial: 'wechat_user', check: checkCookieName },
  maxAge: { initial: 7200, check: checkPositive },
  path: { initial: '/', check: checkCookiePath },
  secure: { check: checkBoolean },
  sameSite: { initial: 'lax', check: checkSameSite },
} satisfies OptionTable<OAuthCookieOptions>;

/** Checks the options of a login. */
export function checkOAuthOptions(options: OAuthOptions): OAuthSettings {
  refuseBadLogin(options, Object.keys(OAUTH_OPTIONS));
  if (!options.client) refuseMissing('client', 'an OfficialClient, which asks the platform');
  const { secret, trustHost, forcePopup, ...checked } = readOptions(OAUTH_OPTIONS, options);
  const client = checked.client as OAuthClient;
  return {
    ...checked,
    client,
    secrets: secret,
    baseUrl: chooseBase(checked.baseUrl, trustHost),
    buildPage: createPageBuilder(client, { ...checked, forcePopup }),
  };
}

/** Refuses what are no options of a login, or have one that is not known. */
export function refuseBadLogin(options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new NeedParamError('missing options: at least { client, secret, baseUrl }');
  }
  refuseUnknown(options, names);
}

function checkClient(name: string, client: OAuthClient): OAuthClient {
  checkAppid(name, client);
  const methods = ['buildAuthorizeUrl', 'getAccessToken', 'getUserInfo'] as const;
  checkMethods(`${name}.oauth2`, client.oauth2 ?? {}, methods, 'the method of an OfficialClient');
  return client;
}

export function checkAppid(name: string, { appid }: { readonly appid: string }): void {
  if (typeof appid === 'string' && appid !== '') return;
  throw new InvalidArgumentError(`${name}.appid must be the AppID of the account`);
}

interface PageOptions {
  readonly scope: OAuthScope;
  readonly lang: OAuthLanguage | undefined;
  readonly forcePopup: boolean;
}

function createPageBuilder(
  { appid, oauth2 }: OAuthClient,
  { scope, lang, forcePopup }: PageOptions,
): OAuthSettings['buildPage'] {
  if (scope !== 'snsapi_login') {
    return (redirect_uri, state) =>
      oauth2.buildAuthorizeUrl({ redirect_uri, scope, state, ...(forcePopup && { forcePopup }) });
  }
  if (forcePopup) {
    throw new InvalidArgumentError(
      'forcePopup does nothing with the scope snsapi_login, which always asks: leave it out',
    );
  }
  checkMethods('client.oauth2', oauth2, ['buildQrConnectUrl'], 'the method of an OfficialClient');
  const page = lang && ({ lang: lang === 'en' ? 'en' : 'cn' } as const);
  return (redirect_uri, state) =>
    oauth2.buildQrConnectUrl?.({ appid, redirect_uri, scope, state, ...page }) as string;
}

function checkSecrets(name: string, secret: OAuthOptions['secret']): readonly string[] {
  const secrets = checkTexts(name, secret);
  if (secrets.length === 0) refuseMissing(name, 'it signs the cookies');
  if (secrets.every(({ length }) => length >= 16)) return secrets;
  throw new InvalidArgumentError(`${name} must have at least 16 characters, random ones`);
}

function checkBase(name: string, given: string): string {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined;
  const isPlain = url && /^https?:$/.test(url.protocol) && url.href === url.origin + url.pathname;
  if (isPlain) return url.href.replace(/\/+$/, '');
  throw new InvalidArgumentError(
    `${name} must begin with https:// or http:// and have no query, fragment or password, for example https://shop.example.com`,
  );
}

/** Chooses between a fixed address and that of each request, which is undefined. */
export function chooseBase(baseUrl: string | undefined, trustHost: boolean): string | undefined {
  if (baseUrl === undefined && !trustHost) {
    refuseMissing(
      'baseUrl',
      'where browsers find this server, for example https://shop.example.com; or `trustHost`, to take what requests say',
    );
  }
  if (baseUrl !== undefined && trustHost) {
    throw new InvalidArgumentError('give baseUrl or trustHost, not both');
  }
  return baseUrl;
}

function checkCookie(name: string, given: OAuthCookieOptions): OAuthSettings['cookie'] {
  refuseUnknown(given, Object.keys(COOKIE_OPTIONS), `${name}.`);
  const cookie = readOptions(COOKIE_OPTIONS, given, `${name}.`);
  if (cookie.sameSite === 'none' && cookie.secure === false) {
    throw new InvalidArgumentError(`${name}.sameSite none needs ${name}.secure`);
  }
  return cookie;
}

function checkCookieName(name: string, value: string): string {
  if (/^[\w!#$%&'*+.^`|~-]{1,64}$/.test(value)) return value;
  throw new InvalidArgumentError(`${name} must be 1 to 64 letters, digits, - or _`);
}

function checkCookiePath(name: string, value: string): string {
  if (/^\/[\x21-\x3a\x3c-\x7e]*$/.test(value)) return value;
  throw new InvalidArgumentError(`${name} must start with / and have no space or semicolon`);
}

const checkSameSiteName = createChoiceCheck('lax', 'none');
function checkSameSite(name: string, value: 'lax' | 'none'): 'lax' | 'none' {
  if ((value as string) !== 'strict') return checkSameSiteName(name, value);
  throw new InvalidArgumentError(
    `${name} cannot be strict: a browser that returns from WeChat would not send the cookie; 'lax' is the default`,
  );
}
