import type { Agents } from 'got';
import { InvalidArgumentError, NeedParamError } from '../errors.ts';
import { consoleLogger, type Logger, protect } from '../logger.ts';
import {
  acceptAny,
  checkBytes,
  checkMilliseconds,
  createMethodsCheck,
  type OptionTable,
  readOptions,
} from '../option-checks.ts';
import { checkSpelling } from '../spelling.ts';
import type { CloudCallOptions } from './cloud.ts';
import type { Credential } from './credential.ts';
import type { Hooks } from './hooks.ts';
import { type BaseUrl, checkBaseUrl } from './origin.ts';
import type { AccessTokenSource, TicketSource } from './token-source.ts';
import type { TokenStore } from './token-store.ts';

/** Options of calls to the platform. */
export interface CallOptions {
  /** Stores tokens. Default: the memory of this process. */
  tokens?: TokenStore | undefined;
  /**
   * Replaces the platform’s hosts: one address for all of them, for example a simulator's, or `{
   * api, mp, open }`, for example another of the platform’s API hosts.
   */
  baseUrl?: BaseUrl | undefined;
  /** The same for addresses that are opened in a browser. Default: `baseUrl`. */
  pageBaseUrl?: BaseUrl | undefined;
  /** Milliseconds to wait for an answer; for a file, for each pause. Default: 10 000. */
  timeout?: number | undefined;
  /** Maximum decompressed bytes of an answer; a file is a stream without a limit. Default: 16 MiB. */
  maxResponseSize?: number | undefined;
  /**
   * Maximum number of repetitions of a call that is safe to repeat: the platform was busy or
   * unreachable, or the call only reads. Default: 2.
   */
  retry?: number | undefined;
  /** Certificates of the authorities to trust, instead of Node's. */
  https?: { ca?: string | Buffer | (string | Buffer)[] | undefined } | undefined;
  /** Agents, as for got: for example for a proxy. */
  agent?: Agents | undefined;
  /** Default: warnings and errors to the console. */
  logger?: Logger | undefined;
  /** Functions called with every request, answer and error, without secrets. */
  hooks?: Hooks | undefined;
}

/** Options of an account and of calls to its API. */
export interface OfficialClientOptions extends CallOptions {
  /** 开发者ID(AppID) in the console. */
  appid: string;
  /** 开发者密钥(AppSecret), which the console shows once. Required to fetch a token. */
  appsecret?: string | undefined;
  /** Whether to use the platform’s stable token, which other programs do not invalidate. Default: true. */
  stableToken?: boolean | undefined;
  /**
   * A token that is already valid, or a function that returns the current one: called when none is
   * known, before it expires, and with `refused` when the platform refuses it. With a function no
   * `appsecret` is needed.
   */
  accessToken?: string | AccessTokenSource | undefined;
  /** When a given token expires, in Unix seconds. Default: when the platform refuses it. */
  accessTokenExpiresAt?: number | undefined;
  /** A ticket of the JS-SDK that is already valid, or a function that returns the current one. */
  jsapiTicket?: string | TicketSource | undefined;
  /** When a given ticket expires, in Unix seconds. */
  jsapiTicketExpiresAt?: number | undefined;
  /** The third-party platform that issues the account’s token, instead of an appsecret. */
  component?: AuthorizerSource | undefined;
  /**
   * Whether the client runs in a container of 微信云托管, which adds the token to each call: no
   * `appsecret` is needed, and an `appid` only for signatures. Default: false.
   */
  cloud?: boolean | CloudCallOptions | undefined;
  /** Available as `client.payment`; not used otherwise. */
  payment?: Payment | undefined;
}

/** Options of a client in 微信云托管: no secret, and the AppID only for signatures. */
export type CloudClientOptions = Omit<OfficialClientOptions, 'appid' | 'cloud'> & {
  appid?: string | undefined;
  cloud: true | CloudCallOptions;
};

/** 微信支付: the settings of the account's older payment API. */
export interface Payment {
  partnerId?: string | undefined;
  partnerKey?: string | undefined;
  paySignKey?: string | undefined;
}

/** The owner of authorized accounts' tokens: a ComponentClient. */
export interface AuthorizerSource {
  readonly componentAppid: string;
  readonly credential: Credential;
  getCredential(appid: string): Credential;
}

/** Checked options. */
export interface CallSettings {
  readonly baseUrl: BaseUrl | undefined;
  readonly pageBaseUrl: BaseUrl | undefined;
  readonly timeout: number;
  readonly maxResponseSize: number;
  readonly tries: number;
  readonly https: CallOptions['https'];
  readonly agent: Agents | undefined;
  readonly logger: Logger;
  readonly hooks: Hooks;
}

/** Bytes. */
export const MAX_RESPONSE_SIZE = 16 * 1024 * 1024;

/** The options of every client: their defaults and checks. */
export const CALL_OPTIONS = {
  tokens: { check: createMethodsCheck(['get', 'lock', 'set'], 'a TokenStore') },
  baseUrl: { check: checkBaseUrl },
  pageBaseUrl: { check: checkBaseUrl },
  timeout: { initial: 10_000, check: checkMilliseconds },
  maxResponseSize: { initial: MAX_RESPONSE_SIZE, check: checkBytes },
  retry: { initial: 2, check: checkRetry },
  https: { check: acceptAny<NonNullable<CallOptions['https']>> },
  agent: { check: acceptAny<Agents> },
  logger: { initial: consoleLogger, check: acceptAny<Logger> },
  hooks: { initial: {}, check: checkHooks },
} satisfies OptionTable<CallOptions>;

type OfAccount = Exclude<keyof OfficialClientOptions, keyof CallOptions>;
type OfComponent = 'componentAppid' | 'componentAppsecret';
/** The other options of all clients; a new one does not compile before it stands here. */
const OTHERS: Readonly<Record<OfAccount | OfComponent, true>> = {
  appid: true,
  appsecret: true,
  stableToken: true,
  accessToken: true,
  accessTokenExpiresAt: true,
  jsapiTicket: true,
  jsapiTicketExpiresAt: true,
  component: true,
  cloud: true,
  payment: true,
  componentAppid: true,
  componentAppsecret: true,
};
const NAMES = Object.keys({ ...CALL_OPTIONS, ...OTHERS });

/**
 * @throws {NeedParamError} when one is missing
 * @throws {InvalidArgumentError} when one is wrong
 */
export function checkCallOptions(options: CallOptions, account: unknown): CallSettings {
  if (options === undefined || options === null) {
    throw new NeedParamError('missing options: an object such as { appid, appsecret }');
  }
  if (typeof options !== 'object') {
    throw new InvalidArgumentError(
      `options must be an object such as { appid, appsecret }, not a ${typeof options}`,
    );
  }
  checkSpelling(options, NAMES);
  const { tokens: _, retry, logger, ...checked } = readOptions(CALL_OPTIONS, options);
  return {
    ...checked,
    pageBaseUrl: checked.pageBaseUrl ?? checked.baseUrl,
    tries: retry + 1,
    logger: protect(logger, typeof account === 'string' ? account : undefined),
  };
}

function checkRetry(name: string, retry: number): number {
  if (Number.isInteger(retry) && retry >= 0) return retry;
  throw new InvalidArgumentError(`${name} must be a whole number: how often to try again, or 0`);
}

function checkHooks(name: string, hooks: Hooks): Hooks {
  for (const [moment, functions] of Object.entries(hooks)) {
    if (Array.isArray(functions) && functions.every((hook) => typeof hook === 'function')) continue;
    throw new InvalidArgumentError(`${name}.${moment} must be a list of functions`);
  }
  return hooks;
}
