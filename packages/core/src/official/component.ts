import { InvalidArgumentError, NeedParamError } from '../errors.ts';
import { CARRIED, type Middleware } from '../exchange.ts';
import type { Logger } from '../logger.ts';
import { checkNeeded } from '../option-checks.ts';
import { createAuthorize, type Exchanged } from './authorizations.ts';
import { type Call, createCaller } from './caller.ts';
import { type Methods, OfficialClient } from './client.ts';
import { Credential, type Grant } from './credential.ts';
import { readGrant } from './credentials.ts';
import { bind } from './endpoint.ts';
import { type AuthorizationInfo, endpoints } from './endpoints/index.ts';
import { NetworkError, OfficialAPIError } from './errors.ts';
import { createHttp } from './http.ts';
import { merge } from './merge.ts';
import {
  type AuthorizerSource,
  type CallOptions,
  type CallSettings,
  checkCallOptions,
} from './options.ts';
import { createPages } from './pages.ts';
import { createReleaseTest } from './release-test.ts';
import { guardTokens, MemoryTokenStore, type Token, type TokenStore } from './token-store.ts';

/** Options of a third-party platform (第三方平台). */
export interface ComponentClientOptions extends CallOptions {
  /** The platform’s AppID. */
  componentAppid: string;
  /** The platform’s AppSecret. */
  componentAppsecret: string;
}

/** Lifetime of a ticket, which the platform pushes every ten minutes. */
const TICKET_LIFE = 12 * 3600_000;

/**
 * The API of a third-party platform, and of the accounts that gave it rights.
 *
 * `handlers` keep what the platform pushes, and `authorizer(appid)` is the API of one account, with
 * a token that comes from the platform. With `tokens` in Redis all processes share both.
 *
 * @example
 * const component = new ComponentClient({ componentAppid, componentAppsecret, ...redisStores(redis) });
 * app.use('/component', wechat({ token, appid: componentAppid, encodingAESKey }, component.handlers));
 * await component.authorizer('wx…').menu.get();
 * @throws {NeedParamError} when an option is missing
 * @throws {InvalidArgumentError} when an option is wrong
 * @see https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/getting_started/how_to_read.html
 */
export class ComponentClient implements AuthorizerSource {
  readonly componentAppid: string;
  /** The endpoints of the platform itself. */
  readonly component: Methods['component'];
  readonly credential: Credential;
  readonly #settings: CallSettings;
  /** The given logger; each account adds its own lines. */
  readonly #logger: Logger | undefined;
  readonly #store: TokenStore;
  readonly #ticket: Credential;
  readonly #accounts = new Map<string, Credential>();
  readonly #authorize: (code: string) => Promise<AuthorizationInfo>;
  /**
   * Answers the release test of the platform (全网发布检测). Included in `handlers`; with a Router
   * in their place, pass it to `router.use()`.
   */
  readonly answerReleaseTest: Middleware;
  /**
   * Handlers of the platform’s pushes for `wechat()`, alone or beside your own. They store tickets
   * and tokens, and answer the release test.
   */
  readonly handlers;

  constructor(options: ComponentClientOptions) {
    this.#settings = checkCallOptions(options, options?.componentAppid);
    this.#logger = options.logger;
    if ((options as { cloud?: unknown }).cloud) {
      throw new InvalidArgumentError(
        'cloud is an option of OfficialClient only: a ComponentClient uses its own tokens, also in 微信云托管',
      );
    }
    const where = 'from the console of the Open Platform';
    this.componentAppid = checkNeeded('componentAppid', options?.componentAppid, where);
    const secret = checkNeeded('componentAppsecret', options.componentAppsecret, where);
    this.#store = guardTokens(options.tokens ?? new MemoryTokenStore());
    const known = { component_appid: this.componentAppid, component_appsecret: secret };
    const parts = { ...this.#settings, known, http: createHttp(this.#settings) };
    const tokenless = createCaller({ ...parts, account: undefined, component: undefined });

    this.#ticket = this.#keep('verify ticket', 'verify_ticket', async () => {
      throw new NeedParamError(
        'no component_verify_ticket has been received: the platform pushes one every ten minutes; pass its messages to `handlers`',
      );
    });
    this.credential = this.#keep('component access token', 'component', async () => {
      const since = Date.now();
      const body = { component_verify_ticket: (await this.#ticket.get()).value };
      const answer = await tokenless(endpoints.component.getToken, { body }, 'component.getToken');
      return readGrant(answer as object, 'component_access_token', since);
    });
    const call: Call = createCaller({
      ...parts,
      account: undefined,
      component: this.credential,
    });
    const generated = bind(endpoints, call);
    const pages = createPages(generated).component;
    this.component = merge(generated.component, pages) as Methods['component'];
    this.#authorize = createAuthorize({
      componentAppid: this.componentAppid,
      store: this.#store,
      exchange: (code) => this.#exchange(code),
      keep: async ({ info, token }, isLate) => {
        if (token) await this.getCredential(info.authorizer_appid).keep(token, isLate);
      },
    });
    this.answerReleaseTest = createReleaseTest(async (code, openid, content) => {
      const { authorizer_appid } = await this.authorize(code);
      await this.authorizer(authorizer_appid).message.custom.sendText(openid, content);
    }, this.#settings.logger);
    this.handlers = this.#createHandlers();
  }

  #createHandlers() {
    return {
      [CARRIED]: this.answerReleaseTest,
      'component:component_verify_ticket': async (message: { componentVerifyTicket: string }) => {
        await this.setVerifyTicket(message.componentVerifyTicket);
      },
      'component:authorized': async (message: { authorizationCode: string }) => {
        await this.authorize(message.authorizationCode);
      },
      'component:updateauthorized': async (message: { authorizationCode: string }) => {
        await this.authorize(message.authorizationCode);
      },
      'component:unauthorized': async (message: { authorizerAppid: string }) => {
        await this.getCredential(message.authorizerAppid).keep(createNone(Date.now()));
      },
    };
  }

  /** Stores a `component_verify_ticket` that the platform has pushed. */
  async setVerifyTicket(ticket: string): Promise<void> {
    const value = checkNeeded(
      'ticket',
      ticket,
      'the ComponentVerifyTicket of the push',
      'argument',
    );
    await this.#ticket.keep({ value, since: Date.now(), expiresAt: Date.now() + TICKET_LIFE });
  }

  /**
   * Exchanges an authorization code: stores the account's tokens, and returns its rights. Each code
   * is exchanged once: later calls in any process return the same result for an hour.
   */
  async authorize(authorizationCode: string): Promise<AuthorizationInfo> {
    return this.#authorize(
      checkNeeded(
        'authorizationCode',
        authorizationCode,
        'of the push or the login page',
        'argument',
      ),
    );
  }

  async #exchange(code: string): Promise<Exchanged> {
    const since = Date.now();
    const answer = await this.component.queryAuth({ authorization_code: code });
    const info = readInfo(answer);
    // An account without rights to the API has none.
    if (!info.authorizer_access_token) return { info, since, token: undefined };
    const { token } = readGrant(info, 'authorizer_access_token', since);
    return { info, since, token: { ...token, refreshToken: info.authorizer_refresh_token } };
  }

  /**
   * Returns the API of an authorized account. `refreshToken` is needed only when neither
   * `authorize` nor the handlers have stored the account in `tokens`; the next token is fetched
   * with it, and stored, even when another one is known.
   */
  authorizer(appid: string, options: { refreshToken?: string | undefined } = {}): OfficialClient {
    checkNeeded('appid', appid, 'of the account that gave rights', 'argument');
    const credential = this.getCredential(appid);
    if (options.refreshToken) credential.give(options.refreshToken);
    const { tries, ...settings } = this.#settings;
    const logger = this.#logger;
    const client = { appid, component: this, tokens: this.#store, retry: tries - 1, logger };
    return new OfficialClient({ ...settings, ...client });
  }

  /** Returns the access token of an authorized account. */
  getCredential(appid: string): Credential {
    const made = this.#accounts.get(appid) ?? this.#createCredential(appid);
    this.#accounts.set(appid, made);
    return made;
  }

  #createCredential(appid: string): Credential {
    return this.#keep(`access token of ${appid}`, appid, async ({ former, earlier, given }) => {
      const isNew = given !== undefined && given !== former?.givenRefreshToken;
      const origin = isNew ? given : former?.givenRefreshToken;
      // None is left of an account that took its rights back.
      const known = former?.refreshToken ? [former.refreshToken, earlier?.refreshToken] : [];
      const [first, ...others] = new Set(isNew ? [given, ...known] : known);
      try {
        return await this.#refresh(appid, first, origin);
      } catch (error) {
        return this.#refreshWithOthers(error, appid, others, origin);
      }
    });
  }

  /** Tries the other refresh tokens that are known when one is not, or no longer, the account's. */
  async #refreshWithOthers(
    refusal: unknown,
    appid: string,
    [next, ...others]: readonly (string | undefined)[],
    origin: string | undefined,
  ): Promise<Grant> {
    const isOver = refusal instanceof OfficialAPIError && refusal.errcode === REFRESH_TOKEN_OVER;
    if (!isOver || next === undefined) throw refusal;
    try {
      return await this.#refresh(appid, next, origin);
    } catch (error) {
      return this.#refreshWithOthers(error, appid, others, origin);
    }
  }

  async #refresh(
    appid: string,
    refreshToken: string | undefined,
    givenRefreshToken: string | undefined,
  ): Promise<Grant> {
    if (!refreshToken) {
      throw new NeedParamError(
        `no refresh token of ${appid} is known: the account must authorize the platform, with rights to the API (权限集), without which WeChat gives no tokens; or give { refreshToken }`,
      );
    }
    const since = Date.now();
    const answer = await this.component.refreshAuthorizerToken({
      authorizer_appid: appid,
      authorizer_refresh_token: refreshToken,
    });
    const { token } = readGrant(answer, 'authorizer_access_token', since);
    const next = answer.authorizer_refresh_token || refreshToken;
    return { answer, token: { ...token, refreshToken: next, givenRefreshToken } };
  }

  #keep(
    name: string,
    key: string,
    fetch: ConstructorParameters<typeof Credential>[0]['fetch'],
  ): Credential {
    return new Credential({
      name,
      key: `${this.componentAppid}:${key}`,
      store: this.#store,
      logger: this.#settings.logger,
      now: Date.now,
      isStable: false,
      given: undefined,
      fetch,
    });
  }
}

function readInfo(answer: { authorization_info?: AuthorizationInfo }): AuthorizationInfo {
  const { authorization_info: info } = answer;
  if (info?.authorizer_appid) return info;
  const said = 'the answer has none: it is not from WeChat, or baseUrl is wrong';
  throw new NetworkError('authorization_info', said, { status: 200, wasSent: true });
}

/** The errcode of a refresh token that is not, or no longer, the account’s. */
const REFRESH_TOKEN_OVER = 61023;

/** Creates an expired token, in place of those of an account that took its rights back. */
function createNone(now: number): Token {
  return { value: '', since: now, expiresAt: now };
}
