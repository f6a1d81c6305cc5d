import { type Cookies, stringifySetCookie } from 'cookie';
import type { OAuthSettings } from './options.ts';
import type { Opened, Seal } from './seal.ts';
import type { WechatUser } from './user.ts';

/** A login in progress. */
export interface PendingLogin {
  readonly state: string;
  /** Path and query of the requested page. */
  readonly address: string;
  /** Whether it was started again because its code was invalid. */
  readonly isSecond: boolean;
  /** Whether it has completed, and may only redirect to its page once more. */
  readonly isOver?: boolean;
}

/** Seconds within which a login must complete. */
export const PENDING_AGE = 600;
/** Seconds for which the user of a snapshot is kept, as a real one may follow at any time. */
const SNAPSHOT_AGE = 300;

/**
 * Maximum length of the user's cookie: proxies refuse more than 8 KiB of cookies, and browsers more
 * than 4 KiB in one.
 */
const USER_LENGTH = 2048;
const PENDING_LENGTH = 2000;

type Settings = Pick<OAuthSettings, 'cookie' | 'scope'>;

/** Reads and writes the cookies: the user, and for each tab the login in progress. */
export class LoginCookies {
  readonly #seal: Seal;
  readonly #settings: Settings;

  constructor(seal: Seal, settings: Settings) {
    this.#seal = seal;
    this.#settings = settings;
  }

  /** Returns the user, when the scope they agreed to is sufficient. */
  user(cookies: Cookies): WechatUser | undefined {
    const { cookie, scope } = this.#settings;
    const user = this.#seal.open<WechatUser>('user', cookies[cookie.name])?.value;
    return user && (scope === 'snsapi_base' || user.scope === scope) ? user : undefined;
  }

  setUser(user: WechatUser, base: string): string {
    const { name, maxAge } = this.#settings.cookie;
    const age = user.isSnapshotUser ? Math.min(maxAge, SNAPSHOT_AGE) : maxAge;
    return this.#set(name, this.#fit(user, age), age, base);
  }

  pending(cookies: Cookies, state: string): PendingLogin | undefined {
    const pending = this.#open(cookies[this.#createName(state)])?.value;
    return pending?.state === state ? pending : undefined;
  }

  setPending(pending: PendingLogin, base: string): string {
    const sealed = this.#seal.seal('pending', pending, PENDING_AGE);
    return this.#set(this.#createName(pending.state), sealed, PENDING_AGE, base);
  }

  /** Drops the oldest logins when their cookies exceed the limit. */
  dropOld(cookies: Cookies, base: string): string[] {
    const prefix = this.#createName('');
    let room = PENDING_LENGTH;
    return Object.entries(cookies)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value = '']) => ({ name, value, until: this.#open(value)?.until ?? 0 }))
      .sort((a, b) => b.until - a.until)
      .filter(({ value, until }) => until === 0 || (room -= value.length) < 0)
      .map(({ name }) => this.#set(name, '', 0, base));
  }

  #open(sealed: string | undefined): Opened<PendingLogin> | undefined {
    return this.#seal.open<PendingLogin>('pending', sealed);
  }

  /** Returns the cookie of a state: each tab has its own. */
  #createName(state: string): string {
    return `${this.#settings.cookie.name}_login_${state.slice(0, 16)}`;
  }

  /** Leaves out fields until the cookie fits: the picture, then the name. */
  #fit(user: WechatUser, age: number): string {
    const { headimgurl: _picture, ...named } = user;
    const { nickname: _name, ...bare } = named;
    const sealed = [user, named, bare].map((one) => this.#seal.seal('user', one, age));
    return sealed.find(({ length }) => length <= USER_LENGTH) ?? (sealed[2] as string);
  }

  #set(name: string, value: string, maxAge: number, base: string): string {
    return serializeCookie(this.#settings.cookie, name, value, maxAge, base);
  }
}

/** Creates the value of Set-Cookie; `maxAge` in seconds, `base` the site's address. */
export function serializeCookie(
  { path, sameSite, secure }: OAuthSettings['cookie'],
  name: string,
  value: string,
  maxAge: number,
  base: string,
): string {
  return stringifySetCookie({
    name,
    value,
    maxAge: Math.floor(maxAge),
    path,
    httpOnly: true,
    secure: (secure ?? base.startsWith('https:')) || sameSite === 'none',
    sameSite,
  });
}
