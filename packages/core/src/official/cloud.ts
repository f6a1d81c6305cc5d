import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, NeedParamError } from '../errors.ts';
import { checkFilledText, type OptionTable, readOptions, refuseUnknown } from '../option-checks.ts';
import { NetworkError } from './errors.ts';
import type { BaseUrl } from './origin.ts';
import type { AccessTokenSource } from './token-source.ts';

/** Options of a container in 微信云托管. */
export interface CloudCallOptions {
  /**
   * The account to call for, when several share the environment (资源复用). Default: the owner of
   * the environment.
   */
  fromAppid?: string | undefined;
  /**
   * 云调用令牌, for a container without 开放接口服务: `'file'` reads it from the platform's file, a
   * function returns it, for example `readCloudToken` with another file. It is sent as
   * `cloudbase_access_token`.
   */
  accessToken?: 'file' | AccessTokenSource | undefined;
}

/** The settings of a client in 微信云托管. */
export interface CloudSettings {
  readonly appid: string | undefined;
  /** Returns the token; undefined when the platform adds one. */
  readonly accessToken: AccessTokenSource | undefined;
  /** Query parameters of each call. */
  readonly query: Readonly<Record<string, string>>;
}

/** The relevant options of a client. */
interface CloudInput {
  readonly cloud?: boolean | CloudCallOptions | undefined;
  readonly appid?: string | undefined;
  readonly appsecret?: unknown;
  readonly accessToken?: unknown;
  readonly component?: unknown;
}

/** The address of 开放接口服务, which adds the token to requests over HTTP. */
const OPEN_SERVICE = 'http://api.weixin.qq.com';
const TOKEN_FILE = '/.tencentcloudbase/wx/cloudbase_access_token';
const CLOUD_OPTIONS = {
  fromAppid: { check: checkFilledText },
  accessToken: { check: checkTokenSource },
} satisfies OptionTable<CloudCallOptions>;
/** Other sources of a token, which conflict with 微信云托管. */
const OTHER_WAYS = ['appsecret', 'accessToken', 'component'] as const;

/**
 * Reads the option `cloud`; returns undefined when it is not set.
 *
 * @throws {InvalidArgumentError} when it is wrong, or there is another way to a token beside it
 */
export function readCloud(options: CloudInput): CloudSettings | undefined {
  const { cloud, appid } = options;
  if (cloud === undefined || cloud === false) return undefined;
  if (cloud !== true && (typeof cloud !== 'object' || cloud === null)) {
    throw new InvalidArgumentError('cloud must be true, or { fromAppid, accessToken }');
  }
  const other = OTHER_WAYS.find((name) => options[name] !== undefined);
  if (other !== undefined) {
    throw new InvalidArgumentError(
      `${other} and cloud exclude each other: 微信云托管 adds the token. Use another client for calls that need a secret`,
    );
  }
  const given = cloud === true ? {} : cloud;
  refuseUnknown(given, Object.keys(CLOUD_OPTIONS), 'cloud.');
  const { fromAppid, accessToken } = readOptions(CLOUD_OPTIONS, given, 'cloud.');
  return {
    appid: appid ?? fromAppid,
    accessToken,
    query: fromAppid === undefined ? {} : { from_appid: fromAppid },
  };
}

function checkTokenSource(name: string, source: 'file' | AccessTokenSource): AccessTokenSource {
  if (source === 'file') return readCloudToken();
  if (typeof source === 'function') return source;
  throw new InvalidArgumentError(`${name} must be 'file', or a function that returns it`);
}

/** Returns the API address of a client in 微信云托管: its own token is only sent encrypted. */
export function findCloudUrl(
  { accessToken }: CloudSettings,
  baseUrl: BaseUrl | undefined,
): BaseUrl | undefined {
  if (accessToken || typeof baseUrl === 'string') return baseUrl;
  return { api: OPEN_SERVICE, ...baseUrl };
}

/** Milliseconds after which the file is read again: the platform writes a new token every ten minutes. */
const READ_AGAIN = 60_000;

/**
 * Creates a function that reads 云调用令牌 from the platform's file, again every minute and when
 * the token is refused. Default: the path in 微信云托管.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/wxcloud/guide/container/cloudcall.html
 */
export function readCloudToken(file: string = TOKEN_FILE): AccessTokenSource {
  return async () => {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw noToken(`cannot be read (${error.code ?? error.name})`);
    });
    const accessToken = text.trim();
    if (accessToken === '') throw noToken('is empty');
    return { accessToken, expiresAt: (Date.now() + READ_AGAIN) / 1000 };
  };
}

function noToken(said: string): NetworkError {
  const advice = 'switch 云调用令牌 on for this version of the service';
  return new NetworkError('cloudbase_access_token', `its file ${said}: ${advice}`, {
    wasSent: false,
  });
}

/** Refuses a call that needs a token only the platform has. */
export function failWithoutToken(): never {
  throw new NeedParamError(
    'no access token is available: 微信云托管 adds it to each call; give cloud: { accessToken } to use one',
  );
}
