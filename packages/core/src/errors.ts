/**
 * The base of every error that this library throws.
 *
 * `code` is stable: compare it rather than the message, whose wording may improve.
 * No message holds a token, a key, a secret or a full URL.
 */
export class WechatError extends Error {
  override readonly name: string = 'WechatError';
  /** The kind of error, for example `WECHAT_PARSE`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A required option or argument is missing. Code `WECHAT_NEED_PARAM`. */
export class NeedParamError extends WechatError {
  override readonly name: string = 'NeedParamError';
  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_NEED_PARAM', message, options);
  }
}

/** An option, an argument or a handler's return value is wrong. Code `WECHAT_INVALID_ARGUMENT`. */
export class InvalidArgumentError extends WechatError {
  override readonly name: string = 'InvalidArgumentError';
  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_INVALID_ARGUMENT', message, options);
  }
}

/** The bytes are not a WeChat message. Code `WECHAT_PARSE`. */
export class ParseError extends WechatError {
  override readonly name: string = 'ParseError';
  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_PARSE', message, options);
  }
}

/** The request's message was used before the webhook had parsed it. Code `WECHAT_NEED_PARSE`. */
export class NeedParseError extends WechatError {
  override readonly name: string = 'NeedParseError';
  /** Read by Express and Koa: a request without a message is mostly one without WeChat's signature. */
  readonly status = 401;
  /** Read by Fastify. */
  readonly statusCode = 401;

  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_NEED_PARSE', message, options);
  }
}

/** A signature is missing, wrong or too old. Code `WECHAT_SIGNATURE`. */
export class SignatureError extends WechatError {
  override readonly name: string = 'SignatureError';
  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_SIGNATURE', message, options);
  }
}

/** A ciphertext cannot be decrypted, or was made for another account. Code `WECHAT_CIPHER`. */
export class CipherError extends WechatError {
  override readonly name: string = 'CipherError';
  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_CIPHER', message, options);
  }
}

/**
 * A store failed: no handler could run, or its changes or its reply could not be stored. Code
 * `WECHAT_STORE`.
 */
export class StoreError extends WechatError {
  override readonly name: string = 'StoreError';
  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_STORE', message, options);
  }
}

/** Another process changed the context meanwhile; nothing was overwritten. Code `WECHAT_CONTEXT_CONFLICT`. */
export class ContextConflictError extends WechatError {
  override readonly name: string = 'ContextConflictError';
  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_CONTEXT_CONFLICT', message, options);
  }
}

/** A handler did not end within `maxRun`. Code `WECHAT_RUN_TOO_LONG`. */
export class RunTooLongError extends WechatError {
  override readonly name: string = 'RunTooLongError';
  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_RUN_TOO_LONG', message, options);
  }
}

/** The reason why a request is not a delivery; see {@link RequestError}. */
export type RequestErrorCode =
  | 'WECHAT_BODY_UNREADABLE'
  | 'WECHAT_BODY_TOO_LARGE'
  | 'WECHAT_BODY_TOO_SLOW'
  | 'WECHAT_METHOD_NOT_ALLOWED'
  | 'WECHAT_UNKNOWN_ACCOUNT'
  | 'WECHAT_CLOSING';

/** A request is not a delivery; `code` is the reason. */
export class RequestError extends WechatError {
  override readonly name: string = 'RequestError';
  declare readonly code: RequestErrorCode;

  constructor(code: RequestErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** The HTTP status of each reason. */
const OAUTH_STATUSES = {
  /** The request was not a navigation, so it could not be redirected. */
  unauthenticated: 401,
  /** The state was not given to this browser, or has expired. */
  state: 403,
  /** The user refused. */
  denied: 403,
  /** The code was used or had expired, twice. */
  code: 403,
  /** The address is too long, or its host is unknown. */
  address: 400,
  /** The platform did not answer, or refused. */
  platform: 502,
  /** Too many QR codes were created; try again later. */
  busy: 503,
} as const;

/** The reason why a web login failed; see {@link OAuthError}. */
export type OAuthErrorReason = keyof typeof OAUTH_STATUSES;

/** A visitor of a web page could not be signed in; `reason` says why. Code `WECHAT_OAUTH`. */
export class OAuthError extends WechatError {
  override readonly name: string = 'OAuthError';
  readonly reason: OAuthErrorReason;
  /** Read by Express and Koa. */
  readonly status: number;
  /** Read by Fastify. */
  readonly statusCode: number;
  /** Whether Koa shows the message. */
  readonly expose: boolean;

  constructor(reason: OAuthErrorReason, message: string, options?: ErrorOptions) {
    super('WECHAT_OAUTH', message, options);
    this.reason = reason;
    this.status = OAUTH_STATUSES[reason];
    this.statusCode = this.status;
    this.expose = this.status < 500;
  }
}
