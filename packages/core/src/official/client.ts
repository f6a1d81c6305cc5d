import { CONSOLE } from '../console.ts';
import { InvalidArgumentError } from '../errors.ts';
import { checkNeeded } from '../option-checks.ts';
import { type Access, createCaller } from './caller.ts';
import { type CloudSettings, failWithoutToken, findCloudUrl, readCloud } from './cloud.ts';
import { createConveniences } from './conveniences/index.ts';
import type { Credential } from './credential.ts';
import {
  type CredentialsParts,
  createAccessToken,
  createGivenToken,
  createTicket,
} from './credentials.ts';
import { bind, type Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints/index.ts';
import { createHttp } from './http.ts';
import { Jsapi } from './jsapi.ts';
import { type Merged, merge } from './merge.ts';
import {
  type AuthorizerSource,
  type CloudClientOptions,
  checkCallOptions,
  type OfficialClientOptions,
  type Payment,
} from './options.ts';
import { createPages } from './pages.ts';
import { guardTokens, MemoryTokenStore } from './token-store.ts';

type Generated = ReturnType<typeof bind<typeof endpoints>>;
/** The methods of all endpoints, and the conveniences over them. */
export type Methods = Merged<
  Merged<Generated, ReturnType<typeof createConveniences>>,
  ReturnType<typeof createPages>
>;

/** A readable token. */
export interface AccessToken {
  /**
   * Returns the current token, and fetches one when there is none. `expiresAt` is in Unix seconds.
   *
   * @throws {OfficialAPIError} when the platform refuses the AppID, the secret or this server
   */
  get(): Promise<{ accessToken: string; expiresAt: number }>;
  /**
   * Fetches a token, and returns the platform's answer unchanged. Unless `override` is false the
   * client uses the token from now on.
   */
  grant(options?: { override?: boolean | undefined }): Promise<object>;
}

/** A readable ticket; see {@link AccessToken}. */
export interface Ticket {
  get(): Promise<{ ticket: string; expiresAt: number }>;
  grant(options?: { override?: boolean | undefined }): Promise<object>;
}

/** The input of a call to any path. */
export interface RequestInput {
  query?: Record<string, string | number | boolean | undefined> | undefined;
  body?: unknown;
}

/** The methods come from the tables and are added by the constructor. */
const Base = class {} as new () => Methods;

/**
 * The official API of one account.
 *
 * Methods have the names of the tables of endpoints. Bodies and answers keep the platform’s
 * field names. The access token is fetched when it is first needed, once for all calls and, with
 * `tokens` in Redis, for all processes; one that the platform refuses is replaced and the call made
 * again.
 *
 * @example
 * const client = new OfficialClient({ appid: 'wx…', appsecret: '…', ...redisStores(redis) });
 * await client.menu.create({ button: [{ type: 'click', name: 'Today', key: 'TODAY' }] });
 * @example <caption>In a container of 微信云托管</caption>
 * const client = new OfficialClient({ cloud: true });
 * @throws {NeedParamError} when an option is missing
 * @throws {InvalidArgumentError} when an option is wrong
 * @see https://developers.weixin.qq.com/doc/service/api/
 */
export class OfficialClient extends Base {
  /** The account’s AppID; an empty string in 微信云托管 without one. */
  readonly appid: string;
  readonly accessToken: AccessToken;
  readonly jsapiTicket: Ticket;
  /** The ticket of coupons (wx_card). */
  readonly cardTicket: Ticket;
  readonly jsapi: Jsapi;
  readonly #payment: Payment | undefined;
  readonly #call: (method: 'GET' | 'POST', path: string, input: RequestInput) => unknown;

  constructor(options: OfficialClientOptions | CloudClientOptions) {
    super();
    const checked = checkCallOptions(options, options?.appid);
    const cloud = readCloud(options);
    const settings = cloud
      ? { ...checked, baseUrl: findCloudUrl(cloud, checked.baseUrl) }
      : checked;
    const appid =
      cloud && cloud.appid === undefined
        ? ''
        : checkNeeded(
            'appid',
            cloud?.appid ?? options.appid,
            `开发者ID in the WeChat console: ${CONSOLE.appid}`,
          );
    const { appsecret, accessToken, component } = options;
    // Stored values are told apart by the AppID.
    const shared = appid === '' ? undefined : options.tokens;
    const tokens = guardTokens(shared ?? new MemoryTokenStore());
    if (!component && !cloud && (appsecret !== undefined || accessToken === undefined)) {
      checkNeeded(
        'appsecret',
        appsecret,
        `开发者密钥 in the WeChat console: ${CONSOLE.appsecret}; or give \`accessToken\``,
      );
    }
    const now = Date.now;
    const known = {
      appid: appid || undefined,
      appsecret,
      component_appid: component?.componentAppid,
    };
    const parts = { ...settings, known, http: createHttp(settings) };
    const tokenless = createCaller({ ...parts, account: undefined, component: undefined });
    const { logger, timeout } = settings;
    const kept = { appid, store: tokens, timeout, logger, now };
    const account = cloud
      ? openCloud(cloud, kept)
      : {
          credential:
            component?.getCredential(appid) ??
            createAccessToken({ ...kept, call: tokenless }, options),
          parameter: 'access_token',
        };
    const { credential } = account;
    const call = createCaller({ ...parts, account, component: component?.credential });
    const jsapiTicket = createTicket({ ...kept, call }, 'jsapi', options);
    const cardTicket = createTicket({ ...kept, call }, 'wx_card');

    this.appid = appid;
    this.#payment = options.payment;
    this.accessToken = {
      get: async () => {
        const { value, expiresAt } = await (credential ?? failWithoutToken()).get();
        return { accessToken: value, expiresAt: Math.floor(expiresAt / 1000) };
      },
      grant: async ({ override = true } = {}) => (credential ?? failWithoutToken()).grant(override),
    };
    this.jsapiTicket = readable(jsapiTicket);
    this.cardTicket = readable(cardTicket);
    this.jsapi = new Jsapi(appid, jsapiTicket, cardTicket);
    this.#call = (method, path, { query = {}, body }) =>
      call(createRow(method, path, query, body), { query, body }, method);

    const generated = bind(endpoints, call);
    const api = component
      ? (merge(generated, createOAuthMethods(generated, component)) as object as Generated)
      : generated;
    Object.assign(
      this,
      merge(api, createConveniences(api, settings.pageBaseUrl), createPages(api)),
    );
  }

  /** The option `payment`. Hidden when the client is printed or serialised. */
  get payment(): Payment | undefined {
    return this.#payment;
  }

  /**
   * Calls a path that has no method here.
   *
   * @example
   * await client.request('POST', '/cgi-bin/tags/get', { body: {} })
   * @throws {OfficialAPIError} when the platform refuses it
   * @throws {NetworkError} when the platform cannot be reached
   */
  async request<Answer = unknown>(
    method: 'GET' | 'POST',
    path: string,
    input: RequestInput = {},
  ): Promise<Answer> {
    if (method !== 'GET' && method !== 'POST') {
      throw new InvalidArgumentError('method must be GET or POST');
    }
    if (typeof path !== 'string' || !/^\/[^?#]*$/.test(path)) {
      throw new InvalidArgumentError(
        'path must begin with / and have no query: pass that as { query }',
      );
    }
    return (await this.#call(method, path, input)) as Answer;
  }
}

/** Adds the platform's AppID to the pages of an account that authorized a third-party platform. */
function createOAuthMethods(
  { oauth2, component }: Generated,
  { componentAppid }: AuthorizerSource,
) {
  type Page = Parameters<typeof oauth2.buildAuthorizeUrl>[0];
  return {
    oauth2: {
      getAccessToken: component.getOauthAccessToken,
      refreshToken: component.refreshOauthToken,
      buildAuthorizeUrl: (page: Page) =>
        oauth2.buildAuthorizeUrl({ ...page, component_appid: componentAppid } as Page),
    },
  };
}

/** Returns how calls are made in 微信云托管: with its own token, or without one. */
function openCloud(
  { accessToken, query }: CloudSettings,
  kept: Omit<CredentialsParts, 'call'>,
): Access {
  const credential = accessToken && createGivenToken(kept, accessToken);
  return { credential, parameter: 'cloudbase_access_token', query, isCloud: true };
}

function readable(ticket: Credential): Ticket {
  return {
    get: async () => {
      const { value, expiresAt } = await ticket.get();
      return { ticket: value, expiresAt: Math.floor(expiresAt / 1000) };
    },
    grant: ({ override = true } = {}) => ticket.grant(override),
  };
}

function createRow(method: 'GET' | 'POST', path: string, query: object, body: unknown): Endpoint {
  const verb = method === 'GET' ? 'get' : 'post';
  const common = { method, path, query: Object.keys(query), body: body !== undefined };
  return verb === 'get' ? { verb, ...common, idempotent: true } : { verb, ...common };
}
