import type { Agents } from 'got';
import { InvalidArgumentError } from '../errors.ts';
import { consoleLogger, type Logger } from '../logger.ts';
import { MAX_RESPONSE_SIZE } from '../official/options.ts';
import {
  acceptAny,
  checkBytes,
  checkFunction,
  checkMilliseconds,
  type OptionTable,
  readOptions,
} from '../option-checks.ts';
import { checkSpelling } from '../spelling.ts';
import type { QrCodeLogin } from './qr-login.ts';
import type { Dialect } from './session.ts';
import type { SessionStore } from './session-store.ts';

/** The ways to start a session. */
export interface Login {
  login(options?: { verifyCode?: string | undefined }): Promise<void>;
  getVerifyCode(filePath?: string): Promise<Buffer>;
  loginWithQrCode(login: QrCodeLogin): Promise<void>;
}

/**
 * An account of the back end, and how it is called.
 *
 * @experimental Outside semver: it may change in any version.
 */
export interface UnofficialClientOptions {
  /** Needed to log in with a password. */
  username?: string | undefined;
  /** Needed to log in with a password. */
  password?: string | undefined;
  /** Whether `password` is already the MD5 of the password. Default: false. */
  passwordIsMd5?: boolean | undefined;
  /** The token of an existing session, as returned by `getTokenCookies`; requires `cookies`. */
  token?: number | string | undefined;
  cookies?: string | undefined;
  /** The AppID of the same session, as returned by `getPluginTokenAppid`. */
  appid?: string | undefined;
  pluginToken?: string | undefined;
  /** The requests that the session uses. Default: `modern` after a login by QR code, otherwise `classic`. */
  dialect?: Dialect | undefined;
  /** Stores the session across restarts. Default: none. */
  sessions?: SessionStore | undefined;
  /**
   * Called when the session is lost, for example to call `client.login()`; the call is then made
   * again, once. It is called once for all calls that fail at the same time.
   */
  onNeedLogin?: ((client: Login) => void | Promise<void>) | undefined;
  /** Default: https://mp.weixin.qq.com. */
  baseUrl?: string | undefined;
  /** The host of `statArticleDetailList`. Required by it, as its former host is gone. */
  statisticsBaseUrl?: string | undefined;
  /** Milliseconds to wait for an answer. Default: 10 000. */
  timeout?: number | undefined;
  /** Maximum decompressed bytes of an answer. Default: 16 MiB. */
  maxResponseSize?: number | undefined;
  /** Milliseconds between two pages of an iterator. Default: 1000, a quarter more or less. */
  interval?: number | undefined;
  /** The User-Agent header. Default: that of a browser. */
  userAgent?: string | undefined;
  /** Certificates of the authorities to trust, instead of Node's. */
  https?: { ca?: string | Buffer | (string | Buffer)[] | undefined } | undefined;
  /** Agents, as for got: for a proxy. */
  agent?: Agents | undefined;
  /** Default: warnings and errors to the console. */
  logger?: Logger | undefined;
}

const USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** The options of a client: their defaults and checks. */
export const UNOFFICIAL_OPTIONS = {
  username: { initial: '', check: acceptAny<string> },
  password: { check: acceptAny<string> },
  passwordIsMd5: { initial: false, check: acceptAny<boolean> },
  token: { check: acceptAny<number | string> },
  cookies: { check: acceptAny<string> },
  appid: { check: acceptAny<string> },
  pluginToken: { check: acceptAny<string> },
  dialect: { check: acceptAny<Dialect> },
  sessions: { check: acceptAny<SessionStore> },
  onNeedLogin: { check: checkFunction<NonNullable<UnofficialClientOptions['onNeedLogin']>> },
  baseUrl: { initial: 'https://mp.weixin.qq.com', check: readSecretOrigin },
  statisticsBaseUrl: { check: readOrigin },
  timeout: { initial: 10_000, check: checkMilliseconds },
  maxResponseSize: { initial: MAX_RESPONSE_SIZE, check: checkBytes },
  interval: { initial: 1000, check: checkMilliseconds },
  userAgent: { initial: USER_AGENT, check: acceptAny<string> },
  https: { check: acceptAny<NonNullable<UnofficialClientOptions['https']>> },
  agent: { check: acceptAny<Agents> },
  logger: { initial: consoleLogger, check: acceptAny<Logger> },
} satisfies OptionTable<UnofficialClientOptions>;

/** @throws {InvalidArgumentError} when one is misspelt, or wrong */
export function readUnofficialOptions(options: UnofficialClientOptions) {
  checkSpelling(options, Object.keys(UNOFFICIAL_OPTIONS));
  return readOptions(UNOFFICIAL_OPTIONS, options);
}

/**
 * Returns the origin of an address.
 *
 * @throws {InvalidArgumentError} when it is not the address of a host
 */
function readOrigin(name: string, given: string): string {
  if (!URL.canParse(given) || !/^https?:/.test(given)) {
    throw new InvalidArgumentError(`${name} must be an address such as https://mp.weixin.qq.com`);
  }
  return given.replace(/\/+$/, '');
}

/**
 * Returns the origin of an address that receives the session: it must not cross a network in plain
 * text.
 *
 * @throws {InvalidArgumentError} when it is not https, but on this machine
 */
function readSecretOrigin(name: string, given: string): string {
  const origin = readOrigin(name, given);
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'https:' || /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return origin;
  throw new InvalidArgumentError(`${name} must begin with https:, as the session is sent there`);
}
