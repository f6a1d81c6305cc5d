import { InvalidArgumentError, NeedParamError } from '../errors.ts';
import {
  checkChoice,
  checkTexts,
  optionalBoolean,
  optionalFunction,
  positive,
  withMethods,
} from '../options.ts';

const SCOPES = ['snsapi_base', 'snsapi_userinfo', 'snsapi_login'] as const;
const LANGUAGES = ['zh_CN', 'zh_TW', 'en'] as const;

/**
 * 授权作用域: `snsapi_base` returns the openid without asking; `snsapi_userinfo` asks the user, and
 * returns name and picture too. `snsapi_login` is for website apps (网站应用), whose users scan a
 * QR code.
 */
export type OAuthScope = (typeof SCOPES)[number];
/** The language of the user's profile. */
export type OAuthLanguage = (typeof LANGUAGES)[number];

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

const NAMES: Record<keyof OAuthOptions, true> = {
  client: true,
  secret: true,
  baseUrl: true,
  trustHost: true,
  scope: true,
  lang: true,
  forcePopup: true,
  cookie: true,
  now: true,
};
const COOKIE_NAMES: Record<keyof OAuthCookieOptions, true> = {
  name: true,
  maxAge: true,
  path: true,
  secure: true,
  sameSite: true,
};

/** Checks the options of a login. */
export function checkOAuthOptions(options: OAuthOptions): OAuthSettings {
  if (typeof options !== 'object' || options === null) {
    throw new NeedParamError('options are needed: at least { client, secret, baseUrl }');
  }
  checkNames('', options, NAMES);
  const { lang } = options;
  if (lang !== undefined) checkChoice('lang', lang, LANGUAGES);
  const client = checkClient(options.client);
  const scope = checkChoice('scope', options.scope ?? 'snsapi_base', SCOPES);
  return {
    client,
    secrets: checkSecrets(options.secret),
    baseUrl: checkBase(options),
    scope,
    lang,
    buildPage: checkPage(client, scope, options),
    cookie: checkCookie(options.cookie),
    now: checkNow(options),
  };
}

export function checkNow({ now }: Pick<OAuthOptions, 'now'>): () => number {
  return optionalFunction('now', now) ?? (() => Date.now());
}

/** Refuses unknown option names, which would otherwise have no effect. */
export function checkNames(prefix: string, given: object, names: object): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const known = Object.keys(names).join(', ');
  throw new InvalidArgumentError(`the option ${prefix}${unknown} is not known; there are ${known}`);
}

function checkClient(client: OAuthClient): OAuthClient {
  if (!client) throw new NeedParamError('client is needed: an OfficialClient asks the platform');
  if (typeof client.appid !== 'string' || client.appid === '') {
    throw new InvalidArgumentError('client.appid must be the AppID of the account');
  }
  const methods = ['buildAuthorizeUrl', 'getAccessToken', 'getUserInfo'] as const;
  withMethods('client.oauth2', client.oauth2 ?? {}, methods, 'that of an OfficialClient');
  return client;
}

function checkPage(
  { appid, oauth2 }: OAuthClient,
  scope: OAuthScope,
  { lang, forcePopup: given }: OAuthOptions,
): OAuthSettings['buildPage'] {
  const forcePopup = optionalBoolean('forcePopup', given) ?? false;
  if (scope !== 'snsapi_login') {
    return (redirect_uri, state) =>
      oauth2.buildAuthorizeUrl({ redirect_uri, scope, state, ...(forcePopup && { forcePopup }) });
  }
  if (forcePopup) {
    throw new InvalidArgumentError(
      'forcePopup does nothing with the scope snsapi_login, which always asks: leave it out',
    );
  }
  withMethods('client.oauth2', oauth2, ['buildQrConnectUrl'], 'that of an OfficialClient');
  const page = lang && ({ lang: lang === 'en' ? 'en' : 'cn' } as const);
  return (redirect_uri, state) =>
    oauth2.buildQrConnectUrl?.({ appid, redirect_uri, scope, state, ...page }) as string;
}

export function checkSecrets(secret: OAuthOptions['secret']): readonly string[] {
  const secrets = checkTexts('secret', secret);
  if (secrets.length === 0) throw new NeedParamError('secret is needed: it signs the cookies');
  if (secrets.some(({ length }) => length < 16)) {
    throw new InvalidArgumentError('secret must have at least 16 characters, random ones');
  }
  return secrets;
}

export function checkBase({
  baseUrl,
  trustHost,
}: Pick<OAuthOptions, 'baseUrl' | 'trustHost'>): string | undefined {
  const trusts = optionalBoolean('trustHost', trustHost) ?? false;
  if (baseUrl === undefined && !trusts) {
    throw new NeedParamError(
      'baseUrl is needed: where browsers find this server, for example https://shop.example.com; or trustHost, to take what requests say',
    );
  }
  if (baseUrl === undefined) return undefined;
  if (trusts) throw new InvalidArgumentError('give baseUrl or trustHost, not both');
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const isPlain = url && /^https?:$/.test(url.protocol) && url.href === url.origin + url.pathname;
  if (isPlain) return url.href.replace(/\/+$/, '');
  throw new InvalidArgumentError(
    'baseUrl must begin with https:// or http:// and have no query, fragment or password, for example https://shop.example.com',
  );
}

export function checkCookie(given: OAuthCookieOptions = {}): OAuthSettings['cookie'] {
  checkNames('cookie.', given, COOKIE_NAMES);
  const { name = 'wechat_user', maxAge = 7200, path = '/', sameSite = 'lax' } = given;
  const secure = optionalBoolean('cookie.secure', given.secure);
  if (!/^[\w!#$%&'*+.^`|~-]{1,64}$/.test(name)) {
    throw new InvalidArgumentError('cookie.name must be 1 to 64 letters, digits, - or _');
  }
  if (!/^\/[\x21-\x3a\x3c-\x7e]*$/.test(path)) {
    throw new InvalidArgumentError('cookie.path must start with / and have no space or semicolon');
  }
  if ((sameSite as string) === 'strict') {
    throw new InvalidArgumentError(
      "cookie.sameSite cannot be strict: a browser that returns from WeChat would hold the cookie back; 'lax' is the default",
    );
  }
  checkChoice('cookie.sameSite', sameSite, ['lax', 'none']);
  if (sameSite === 'none' && secure === false) {
    throw new InvalidArgumentError('cookie.sameSite none needs cookie.secure');
  }
  return { name, maxAge: positive('cookie.maxAge', maxAge), path, secure, sameSite };
}
