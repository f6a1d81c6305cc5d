import { type Cookies, stringifySetCookie } from 'cookie';
import type { OAuthSettings } from './options.ts';
import type { Opened, Seal } from './seal.ts';
import type { WechatUser } from './user.ts';

/** A login that was begun. */
export interface Pending {
  readonly state: string;
  /** Path and query of the page that was asked for. */
  readonly address: string;
  /** Whether it was begun again, because its code was over. */
  readonly isSecond: boolean;
  /** Whether it came back, and may only be led to its page once more. */
  readonly isOver?: boolean;
}

/** Seconds that a user has for coming back. */
export const PENDING_AGE = 600;
/** Seconds for which a snapshot's user is kept, who may become a real one at any time. */
const SNAPSHOT_AGE = 300;

/** Proxies refuse more than 8 KiB of cookies, and browsers more than 4 KiB in one. */
const USER_LENGTH = 2048;
const PENDING_LENGTH = 2000;

type Settings = Pick<OAuthSettings, 'cookie' | 'scope'>;

/** Reads and writes what the browser keeps: the user, and for each tab the login under way. */
export class LoginCookies {
  readonly #seal: Seal;
  readonly #settings: Settings;

  constructor(seal: Seal, settings: Settings) {
    this.#seal = seal;
    this.#settings = settings;
  }

  /** The user, when known by enough. */
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

  pending(cookies: Cookies, state: string): Pending | undefined {
    const pending = this.#open(cookies[this.#createName(state)])?.value;
    return pending?.state === state ? pending : undefined;
  }

  setPending(pending: Pending, base: string): string {
    const sealed = this.#seal.seal('pending', pending, PENDING_AGE);
    return this.#set(this.#createName(pending.state), sealed, PENDING_AGE, base);
  }

  /** Drops logins when they take too much room; the latest stay. */
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

  #open(sealed: string | undefined): Opened<Pending> | undefined {
    return this.#seal.open<Pending>('pending', sealed);
  }

  /** Each tab has a state of its own, and so a cookie. */
  #createName(state: string): string {
    return `${this.#settings.cookie.name}_login_${state.slice(0, 16)}`;
  }

  /** Leaves out what would not fit: the picture, then the name. */
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

/** Makes the value of Set-Cookie; `maxAge` in seconds, `base` the site's address. */
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
