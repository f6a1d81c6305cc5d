import type { Agents } from 'got';
import { InvalidArgumentError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { checkSpelling } from '../spelling.ts';
import type { QrCodeLogin } from './qr-login.ts';
import type { Dialect } from './session.ts';
import type { SessionStore } from './session-store.ts';

/** The ways to begin a session. */
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
  /** Whether `password` is the MD5 of the password already. Default: false. */
  passwordIsMd5?: boolean | undefined;
  /** Of a session that lives already, as `getTokenCookies` gave it; with `cookies`. */
  token?: number | string | undefined;
  cookies?: string | undefined;
  /** Of the same session, as `getPluginTokenAppid` gave them. */
  appid?: string | undefined;
  pluginToken?: string | undefined;
  /** Which requests the session understands. Default: `modern` after a login by QR code, else `classic`. */
  dialect?: Dialect | undefined;
  /** Where the session is kept over restarts. Default: nowhere. */
  sessions?: SessionStore | undefined;
  /**
   * Logs in when the session is lost, for example with `client.login()`: the call that found out is
   * made again, once. However many calls find out at the same time, this is called once.
   */
  onNeedLogin?: ((client: Login) => void | Promise<void>) | undefined;
  /** Default: https://mp.weixin.qq.com. */
  baseUrl?: string | undefined;
  /** Where `statArticleDetailList` asks. Without it, it refuses: the host it had is gone. */
  statisticsBaseUrl?: string | undefined;
  /** Milliseconds to wait for an answer. Default: 10 000. */
  timeout?: number | undefined;
  /** Bytes that an answer may have, unpacked. Default: 16 MiB. */
  maxResponseSize?: number | undefined;
  /** Milliseconds between two pages of an iterator. Default: 1000, a quarter more or less. */
  interval?: number | undefined;
  /** What the calls say that they come from. Default: a browser. */
  userAgent?: string | undefined;
  /** Certificates of authorities to trust, in place of those that Node knows. */
  https?: { ca?: string | Buffer | (string | Buffer)[] | undefined } | undefined;
  /** Agents, as for got: for a proxy. */
  agent?: Agents | undefined;
  /** Default: warnings and errors to the console. */
  logger?: Logger | undefined;
}

const NAMES: Readonly<Record<keyof UnofficialClientOptions, true>> = {
  username: true,
  password: true,
  passwordIsMd5: true,
  token: true,
  cookies: true,
  appid: true,
  pluginToken: true,
  dialect: true,
  sessions: true,
  onNeedLogin: true,
  baseUrl: true,
  statisticsBaseUrl: true,
  timeout: true,
  maxResponseSize: true,
  interval: true,
  userAgent: true,
  https: true,
  agent: true,
  logger: true,
};

/** @throws {InvalidArgumentError} when an option is misspelt */
export function checkNames(options: UnofficialClientOptions): void {
  checkSpelling(options, Object.keys(NAMES));
}

export const USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** @throws {InvalidArgumentError} when it is no address of a host */
export function readOrigin(name: string, given: string): string {
  if (!URL.canParse(given) || !/^https?:/.test(given)) {
    throw new InvalidArgumentError(`${name} must be an address such as https://mp.weixin.qq.com`);
  }
  return given.replace(/\/+$/, '');
}

/**
 * A session may not go over a network that others can read.
 *
 * @throws {InvalidArgumentError} when it is not https, but on this machine
 */
export function readSecretOrigin(name: string, given: string): string {
  const origin = readOrigin(name, given);
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'https:' || /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return origin;
  throw new InvalidArgumentError(`${name} must begin with https:, as the session goes there`);
}

/** @throws {InvalidArgumentError} when it is no number of milliseconds */
export function milliseconds(name: string, given: number): number {
  if (typeof given === 'number' && given > 0) return given;
  throw new InvalidArgumentError(`${name} must be a number of milliseconds above 0`);
}
