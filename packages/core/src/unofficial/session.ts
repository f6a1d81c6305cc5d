import { CookieJar } from 'tough-cookie';
import { InvalidArgumentError, NeedParamError } from '../errors.ts';

/** Which of the back end’s two ages a session speaks to. */
export type Dialect = 'classic' | 'modern';

/** What a page of the back end tells of the account itself. */
export interface OwnInformation {
  readonly ticketId: string;
  readonly ticket: string;
  readonly fakeid: string;
  /** The back end’s clock when the page was made, in Unix seconds; pages of today tell it. */
  readonly time: string | undefined;
}

/** What the pages of statistics go by. */
export interface Plugin {
  readonly pluginToken: string;
  readonly appid: string;
}

/** The platform ends a session after about so many milliseconds. */
const LIFE = 4 * 24 * 3600_000;

/** A session of the back end: what one login gave, and what was learnt with it. */
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

  /** Whether it can be used, as far as is known without asking. */
  isLive(now = Date.now()): boolean {
    return this.token !== undefined && now - this.since < LIFE;
  }

  /** All of it, as JSON. Whoever has it has the account: keep it like a password. */
  serialize(): string {
    const { token, dialect, since, plugin, jar } = this;
    return JSON.stringify({ version: 1, token, dialect, since, plugin, jar: jar.serializeSync() });
  }

  /** @throws {InvalidArgumentError} when it is not what `serialize` gave */
  static parse(text: string): Session {
    try {
      const { version, token, dialect, since, plugin, jar } = JSON.parse(text);
      if (version !== 1) throw new Error();
      const session = new Session({ jar: CookieJar.deserializeSync(jar), token, dialect, since });
      session.plugin = plugin;
      return session;
    } catch {
      throw new InvalidArgumentError('a session must be what serialize() gave');
    }
  }
}

export function createJar(): CookieJar {
  return new CookieJar(undefined, { looseMode: true, rejectPublicSuffixes: false });
}

/** A jar with the cookies of a `name=value;name=value;`, as the Python SDK writes them. */
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

/** The cookies of a session as the Python SDK writes them. What the platform has cleared is left out. */
export function readCookies({ jar }: Session, baseUrl: string): string {
  return jar
    .getCookiesSync(baseUrl)
    .filter(({ value }) => value !== '' && value !== 'EXPIRED')
    .map(({ key, value }) => `${key}=${value};`)
    .join('');
}

/** @throws {InvalidArgumentError} when it is no token */
function readToken(token: number | string): number {
  if (!/^\d+$/.test(String(token))) {
    throw new InvalidArgumentError('token must be the number that a login gave');
  }
  return Number(token);
}

/** The session that a client is given, as the Python SDK takes it: both or neither. */
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
  if (!token || !cookies) throw new NeedParamError('token and cookies are needed together');
  const session = new Session({ jar: readJar(cookies, baseUrl), token: readToken(token), dialect });
  if (appid && pluginToken) session.plugin = { appid, pluginToken };
  return session;
}
