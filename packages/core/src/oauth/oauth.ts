import { OAuthError } from '../errors.ts';
import { LoginCookies } from './cookies.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { checkOAuthOptions, type OAuthOptions, type OAuthSettings } from './options.ts';
import { Seal } from './seal.ts';
import type { WechatUser } from './user.ts';
import { type OAuthRequest, readVisit, type Visit, withoutAnswer } from './visit.ts';

/** A redirect of the browser: 302, with these cookies, never cached. */
export interface OAuthRedirect {
  readonly location: string;
  /** Values of Set-Cookie, to be added to existing ones. */
  readonly cookies: readonly string[];
}

/** The user of a request, or the redirect that finds out. */
export type OAuthOutcome =
  | { readonly user: WechatUser; readonly redirect?: undefined }
  | { readonly user?: undefined; readonly redirect: OAuthRedirect };

/** 网页授权: signs the visitor of a page in. */
export interface OAuth {
  /**
   * Returns the user of a request, or where to redirect the browser.
   *
   * @throws {OAuthError} when it cannot be found out; its `reason` says why, its `status` is for the browser
   */
  handle(request: OAuthRequest): Promise<OAuthOutcome>;
}

interface LoginSettings extends OAuthSettings {
  readonly seal: Seal;
  readonly jar: LoginCookies;
  readonly exchange: Exchange;
}

/**
 * Creates the login behind the adapters' `wechatOAuth()`, for a server without a framework.
 *
 * @example
 * const login = createOAuth({ client, secret: process.env.SECRET, baseUrl: 'https://shop.example.com' });
 * const { user, redirect } = await login.handle({ method, url, headers });
 * @throws {NeedParamError} when client, secret or baseUrl is missing
 * @throws {InvalidArgumentError} when an option is wrong
 */
export function createOAuth(options: OAuthOptions): OAuth {
  const settings = checkOAuthOptions(options);
  const seal = new Seal(settings.secrets, settings.client.appid, settings.now);
  const exchange = createExchange(settings);
  const login = { ...settings, seal, exchange, jar: new LoginCookies(seal, settings) };
  return { handle: async (request) => identify(readVisit(request, settings.baseUrl), login) };
}

function identify(visit: Visit, login: LoginSettings): OAuthOutcome | Promise<OAuthOutcome> {
  const user = login.jar.user(visit.cookies);
  const state = login.seal.isState(visit.state) ? visit.state : undefined;
  if (user) return state ? leaveAnswer(visit, state, login) : { user };
  if (!visit.isNavigation) {
    throw new OAuthError('unauthenticated', 'not signed in: open a page of this site in WeChat');
  }
  if (visit.isDenial || (state && !visit.hasCodeAndState)) {
    throw new OAuthError('denied', 'the user did not agree to the login');
  }
  if (visit.hasCodeAndState) return complete(visit, state, login);
  return begin(visit, { address: visit.address, isSecond: false }, login);
}

/** Maximum length of an address, so that its cookie fits beside others. */
const LONGEST_ADDRESS = 2000;

function begin(
  visit: Visit,
  asked: { address: string; isSecond: boolean },
  { buildPage, seal, jar }: LoginSettings,
): OAuthOutcome {
  const { base, path, cookies } = visit;
  if (asked.address.length > LONGEST_ADDRESS) {
    throw new OAuthError('address', `the address has more than ${LONGEST_ADDRESS} characters`);
  }
  const state = seal.createState();
  // The query waits in the cookie: it is none of the platform's business, and may have a `code` of its own.
  const location = buildPage(base + path, state);
  const pending = jar.setPending({ state, ...asked }, base);
  return { redirect: { location, cookies: [...jar.dropOld(cookies, base), pending] } };
}

async function complete(
  visit: Visit,
  state: string | undefined,
  login: LoginSettings,
): Promise<OAuthOutcome> {
  const { base, code, cookies } = visit;
  const { jar, exchange } = login;
  const pending = state && jar.pending(cookies, state);
  if (!pending || !code) {
    throw new OAuthError(
      'state',
      'this login was started in another browser, or has expired: open the page again',
    );
  }
  // The user logged out since: an address of the browser's history logs nobody in.
  if (pending.isOver) return begin(visit, { address: pending.address, isSecond: false }, login);
  try {
    const user = await exchange(code, pending.state);
    return redirectTo(base + pending.address, [
      jar.setUser(user, base),
      jar.setPending({ ...pending, isOver: true }, base),
    ]);
  } catch (error) {
    // Used by the same browser's other try, or expired: a new code helps, and once is enough.
    const isOver = error instanceof OAuthError && error.reason === 'code';
    if (!isOver || pending.isSecond) throw error;
    return begin(visit, { address: pending.address, isSecond: true }, login);
  }
}

/** Redirects a user who is signed in already: another tab was faster, or the page was reloaded. */
function leaveAnswer({ base, address, cookies }: Visit, state: string, { jar }: LoginSettings) {
  const pending = jar.pending(cookies, state);
  if (!pending) return redirectTo(base + withoutAnswer(address), []);
  return redirectTo(base + pending.address, [jar.setPending({ ...pending, isOver: true }, base)]);
}

function redirectTo(location: string, cookies: readonly string[]): OAuthOutcome {
  return { redirect: { location, cookies } };
}
