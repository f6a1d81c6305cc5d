import { writeFile } from 'node:fs/promises';
import { guardStore } from '../guard-store.ts';
import { protect } from '../logger.ts';
import { refuseMissing } from '../option-checks.ts';
import { Connection } from './connection.ts';
import { NeedLoginError } from './errors.ts';
import { createHttp, type Http } from './http.ts';
import { type Login, readUnofficialOptions, type UnofficialClientOptions } from './options.ts';
import { readPlugin } from './own.ts';
import { captchaRequest, logIn } from './password-login.ts';
import { logInWithQrCode, type QrCodeLogin } from './qr-login.ts';
import { createJar, givenSession, type Plugin, readCookies, type Session } from './session.ts';

/** The source of both options, for messages. */
const PASSWORD = 'a login with a password takes `username` and `password` of the client';

/** The session of a client: its start, its storage and its end. */
export class SessionClient implements Login {
  readonly #options: ReturnType<typeof readUnofficialOptions>;
  readonly #http: Http;
  protected readonly statistics: Http | undefined;
  /** Milliseconds between two pages. */
  protected readonly interval: number;
  protected readonly connection: Connection;
  /** The cookies of a captcha: requesting one must not end a running session. */
  #before: Session['jar'] | undefined;

  constructor(options: UnofficialClientOptions = {}, session?: Session) {
    const checked = readUnofficialOptions(options);
    const { baseUrl, statisticsBaseUrl, sessions, onNeedLogin, username } = checked;
    this.#options = checked;
    this.interval = checked.interval;
    this.#http = createHttp(checked);
    if (statisticsBaseUrl !== undefined) {
      this.statistics = createHttp({ ...checked, baseUrl: statisticsBaseUrl });
    }
    this.connection = new Connection({
      http: this.#http,
      session: session ?? givenSession(checked, baseUrl),
      store: sessions && guardStore('session', sessions, ['get', 'set']),
      key: `${baseUrl} ${username}`,
      logger: protect(checked.logger),
      onNeedLogin: onNeedLogin && (() => onNeedLogin(this)),
    });
  }

  /**
   * Returns the session as JSON, for `restore`. It gives full access to the account: store it like
   * a password.
   */
  async serialize(): Promise<string> {
    await this.connection.load();
    return this.connection.session.serialize();
  }

  /**
   * Logs in with the password. Today the platform also asks for a scan, so that this works only for
   * accounts where it does not: use `loginWithQrCode`.
   *
   * @throws {LoginVerifyCodeError} when the text of a captcha is needed, or was wrong
   * @throws {LoginError} for any other reason
   */
  async login({ verifyCode = '' }: { verifyCode?: string | undefined } = {}): Promise<void> {
    const { username, password, passwordIsMd5: isMd5 } = this.#options;
    if (!username) refuseMissing('username', PASSWORD);
    if (!password) refuseMissing('password', PASSWORD);
    const before = this.#before;
    const session = await logIn(this.#http, { username, password, isMd5 }, { verifyCode, before });
    this.#before = undefined;
    await this.connection.replace(session);
  }

  /**
   * Downloads a captcha, and writes it to a file when a path is given. Its text is an argument of
   * `login`.
   */
  async getVerifyCode(filePath?: string): Promise<Buffer> {
    const { username } = this.#options;
    if (!username) refuseMissing('username', PASSWORD);
    this.#before = createJar();
    const { body } = await this.#http(captchaRequest(username), this.#before);
    if (filePath !== undefined) await writeFile(filePath, body);
    return body;
  }

  /**
   * Logs in by a QR code that an administrator of the account scans with WeChat.
   *
   * @example
   * await client.loginWithQrCode({ onQrCode: (image) => writeFile('scan-me.jpg', image) });
   * @throws {LoginError} when no code was confirmed, or the account cannot log in so
   * @throws the reason of `signal` when it aborts
   */
  async loginWithQrCode(login: QrCodeLogin): Promise<void> {
    if (typeof login?.onQrCode !== 'function') {
      refuseMissing('onQrCode', 'it shows the picture to scan');
    }
    await this.connection.replace(await logInWithQrCode(this.#http, login));
  }

  /** Ends the session, locally and at the platform. */
  async logout(): Promise<void> {
    await this.connection.load();
    const { token } = this.connection.session;
    if (token === undefined) return;
    const query = { t: 'wxm-logout', token, lang: 'zh_CN' };
    const request = { method: 'GET', path: '/cgi-bin/logout', query, referer: '/' } as const;
    await this.connection.send(request);
    await this.connection.forget();
  }

  /**
   * Returns the session in the form of the Python SDK: it can be passed as `token` and `cookies`.
   * `serialize` keeps more, such as when a cookie ends.
   *
   * @throws {NeedLoginError} when there is no session
   */
  async getTokenCookies(): Promise<{ token: number; cookies: string }> {
    await this.connection.load();
    const { session } = this.connection;
    if (session.token === undefined) throw new NeedLoginError('/');
    return { token: session.token, cookies: readCookies(session, this.#options.baseUrl) };
  }

  async getPluginTokenAppid(): Promise<Plugin> {
    const connection = this.connection;
    return connection.call('/misc/pluginloginpage', (place, session) =>
      readPlugin(connection, place, session),
    );
  }
}
