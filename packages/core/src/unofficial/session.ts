import { CookieJar } from 'tough-cookie';
import { InvalidArgumentError } from '../errors.ts';
import { refuseMissing } from '../option-checks.ts';

/** The requests of a session: those of 2014, or current ones. */
export type Dialect = 'classic' | 'modern';

/** The account's details on a page of the back end. */
export interface OwnInformation {
  readonly ticketId: string;
  readonly ticket: string;
  readonly fakeid: string;
  /** The back end’s clock when the page was made, in Unix seconds; present on current pages. */
  readonly time: string | undefined;
}

/** The token and AppID of the statistics pages. */
export interface Plugin {
  readonly pluginToken: string;
  readonly appid: string;
}

/** Milliseconds after which the platform ends a session, approximately. */
const LIFE = 4 * 24 * 3600_000;

/** A session of the back end: the result of a login, and details learned since. */
export class Session {
  readonly jar: CookieJar;
  readonly token: number | undefined;
  readonly dialect: Dialect;
  /** Unix milliseconds. */
  readonly since: number;
  own: OwnInformation | undefined;
  plugin: Plugin | undefined;

  constructor(
    given: { jar?: CookieJar; token?: number | undefined; dialect?: Dialect; since?: number } = {},
  ) {
    this.jar = given.jar ?? createJar();
    this.token = given.token;
    this.dialect = given.dialect ?? 'classic';
    this.since = given.since ?? Date.now();
  }

  /** Whether it can be used, as far as known without a request. */
  isLive(now = Date.now()): boolean {
    return this.token !== undefined && now - this.since < LIFE;
  }

  /** Returns all of it as JSON. It gives full access to the account: store it like a password. */
  serialize(): string {
    const { token, dialect, since, plugin, jar } = this;
    return JSON.stringify({ version: 1, token, dialect, since, plugin, jar: jar.serializeSync() });
  }

  /**
   * Parses the result of `serialize`.
   *
   * @throws {InvalidArgumentError} when it is not one
   */
  static parse(text: string): Session {
    try {
      const { version, token, dialect, since, plugin, jar } = JSON.parse(text);
      if (version !== 1) throw new Error();
      const session = new Session({ jar: CookieJar.deserializeSync(jar), token, dialect, since });
      session.plugin = plugin;
      return session;
    } catch {
      throw new InvalidArgumentError('a session must be the result of serialize()');
    }
  }
}

export function createJar(): CookieJar {
  return new CookieJar(undefined, { looseMode: true, rejectPublicSuffixes: false });
}

/** Creates a jar from `name=value;name=value;`, as the Python SDK writes cookies. */
function readJar(cookies: string, baseUrl: string): CookieJar {
  const jar = createJar();
  const secure = baseUrl.startsWith('https:') ? '; Secure' : '';
  for (const part of cookies.split(';')) {
    const at = part.indexOf('=');
    if (at <= 0) continue;
    const [name, value] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    jar.setCookieSync(`${name}=${value}; Path=/${secure}`, baseUrl, { ignoreError: true });
  }
  return jar;
}

/** Returns the cookies of a session as the Python SDK writes them, without those the platform has cleared. */
export function readCookies({ jar }: Session, baseUrl: string): string {
  return jar
    .getCookiesSync(baseUrl)
    .filter(({ value }) => value !== '' && value !== 'EXPIRED')
    .map(({ key, value }) => `${key}=${value};`)
    .join('');
}

/**
 * Checks a token.
 *
 * @throws {InvalidArgumentError} when it is not a token
 */
function readToken(token: number | string): number {
  if (!/^\d+$/.test(String(token))) {
    throw new InvalidArgumentError('token must be the number returned by a login');
  }
  return Number(token);
}

/** Returns the session of a client's options, as in the Python SDK: both or neither. */
export function givenSession(
  options: {
    token?: number | string | undefined;
    cookies?: string | undefined;
    appid?: string | undefined;
    pluginToken?: string | undefined;
    dialect?: Dialect | undefined;
  },
  baseUrl: string,
): Session {
  const { token, cookies, appid, pluginToken, dialect = 'classic' } = options;
  if (!token && !cookies) return new Session({ dialect });
  if (!token) refuseMissing('token', 'together with `cookies`');
  if (!cookies) refuseMissing('cookies', 'together with `token`');
  const session = new Session({ jar: readJar(cookies, baseUrl), token: readToken(token), dialect });
  if (appid && pluginToken) session.plugin = { appid, pluginToken };
  return session;
}
