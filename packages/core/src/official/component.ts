import { NeedParamError } from '../errors.ts';
import { type Call, createCaller } from './caller.ts';
import { type Methods, OfficialClient } from './client.ts';
import { Credential } from './credential.ts';
import { grantOf } from './credentials.ts';
import { bind } from './endpoint.ts';
import { type AuthorizationInfo, endpoints } from './endpoints/index.ts';
import { createHttp } from './http.ts';
import { merge } from './merge.ts';
import {
  type AuthorizerSource,
  type CallOptions,
  type CallSettings,
  checkCallOptions,
  needText,
} from './options.ts';
import { pagesOf } from './pages.ts';
import { guardTokens, MemoryTokenStore, type Token, type TokenStore } from './token-store.ts';

/** A third-party platform (第三方平台), and how its API is called. */
export interface ComponentClientOptions extends CallOptions {
  /** The platform’s AppID. */
  componentAppid: string;
  /** The platform’s AppSecret. */
  componentAppsecret: string;
}

/** The platform pushes a ticket every ten minutes; each lasts 12 hours. */
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
  readonly #store: TokenStore;
  readonly #ticket: Credential;
  readonly #accounts = new Map<string, Credential>();

  constructor(options: ComponentClientOptions) {
    this.#settings = checkCallOptions(options);
    const where = 'of the platform, in the Open Platform’s console';
    this.componentAppid = needText('componentAppid', options?.componentAppid, where);
    const secret = needText('componentAppsecret', options.componentAppsecret, where);
    this.#store = guardTokens(options.tokens ?? new MemoryTokenStore());
    const known = { component_appid: this.componentAppid, component_appsecret: secret };
    const parts = { ...this.#settings, known, http: createHttp(this.#settings) };
    const tokenless = createCaller({ ...parts, account: undefined, component: undefined });

    this.#ticket = this.#keep('verify ticket', 'verify_ticket', async () => {
      throw new NeedParamError(
        'no component_verify_ticket is known: the platform pushes one every ten minutes; give its messages to `handlers`',
      );
    });
    this.credential = this.#keep('component access token', 'component', async () => {
      const since = Date.now();
      const body = { component_verify_ticket: (await this.#ticket.get()).value };
      const answer = await tokenless(endpoints.component.getToken, { body }, 'component.getToken');
      return grantOf(answer as object, 'component_access_token', since);
    });
    const call: Call = createCaller({
      ...parts,
      account: undefined,
      component: this.credential,
    });
    const generated = bind(endpoints, call);
    const pages = pagesOf(generated).component;
    this.component = merge(generated.component, pages) as Methods['component'];
  }

  /** What to do with the platform’s pushes: give it to `wechat()`, alone or beside your own. */
  readonly handlers = {
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
      await this.credentialOf(message.authorizerAppid).keep(NONE);
    },
  };

  /** Keeps a `component_verify_ticket` that the platform has pushed. */
  async setVerifyTicket(ticket: string): Promise<void> {
    const value = needText('ticket', ticket, 'the ComponentVerifyTicket of the push');
    await this.#ticket.keep({ value, since: Date.now(), expiresAt: Date.now() + TICKET_LIFE });
  }

  /** Takes the rights that an account gave: keeps its tokens, and tells what it gave. */
  async authorize(authorizationCode: string): Promise<AuthorizationInfo> {
    const code = needText('authorizationCode', authorizationCode, 'of the push or the login page');
    const since = Date.now();
    const answer = await this.component.queryAuth({ authorization_code: code });
    const info = answer.authorization_info;
    const { token } = grantOf(info, 'authorizer_access_token', since);
    await this.credentialOf(info.authorizer_appid).keep({
      ...token,
      refreshToken: info.authorizer_refresh_token,
    });
    return info;
  }

  /**
   * The API of an account that gave rights. `refreshToken` is needed only when neither `authorize`
   * nor the handlers have met the account with these `tokens`.
   */
  authorizer(appid: string, options: { refreshToken?: string | undefined } = {}): OfficialClient {
    needText('appid', appid, 'of the account that gave rights');
    const credential = this.credentialOf(appid);
    if (options.refreshToken !== undefined) credential.give({ ...NONE, ...options });
    const { tries, ...settings } = this.#settings;
    const client = { appid, component: this, tokens: this.#store, retry: tries - 1 };
    return new OfficialClient({ ...settings, ...client });
  }

  /** The access token of an account that gave rights. */
  credentialOf(appid: string): Credential {
    const made = this.#accounts.get(appid) ?? this.#createCredential(appid);
    this.#accounts.set(appid, made);
    return made;
  }

  #createCredential(appid: string): Credential {
    return this.#keep(`access token of ${appid}`, appid, async ({ former }) => {
      if (!former?.refreshToken) {
        throw new NeedParamError(
          `no refresh token of ${appid} is known: the account has to give its rights, or give { refreshToken }`,
        );
      }
      const since = Date.now();
      const answer = await this.component.refreshAuthorizerToken({
        authorizer_appid: appid,
        authorizer_refresh_token: former.refreshToken,
      });
      const { token } = grantOf(answer, 'authorizer_access_token', since);
      const refreshToken = answer.authorizer_refresh_token ?? former.refreshToken;
      return { answer, token: { ...token, refreshToken } };
    });
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

/** A token that is over. */
const NONE: Token = { value: '', since: 0, expiresAt: 0 };
