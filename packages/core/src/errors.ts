/**
 * The base of every error that this library throws.
 *
 * `code` is stable: compare it rather than the message, whose wording may improve.
 * No message holds a token, a key, a secret or a full URL.
 */
export class WechatError extends Error {
  override readonly name: string = 'WechatError';
  /** What kind of error this is, for example `WECHAT_PARSE`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An option or argument that the call needs was not given. Code `WECHAT_NEED_PARAM`. */
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

/** Bytes that are no WeChat message. Code `WECHAT_PARSE`. */
export class ParseError extends WechatError {
  override readonly name: string = 'ParseError';
  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_PARSE', message, options);
  }
}

/** The request's message was asked for before the webhook had parsed it. Code `WECHAT_NEED_PARSE`. */
export class NeedParseError extends WechatError {
  override readonly name: string = 'NeedParseError';
  /** Express and Koa read this: a request without a message is, mostly, one that WeChat did not sign. */
  readonly status = 401;
  /** The same for Fastify. */
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

/** A store failed, so that no handler could run, or what it changed or answered not be kept. Code `WECHAT_STORE`. */
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

/** Why a request never became a delivery; see {@link RequestError}. */
export type RequestErrorCode =
  | 'WECHAT_BODY_UNREADABLE'
  | 'WECHAT_BODY_TOO_LARGE'
  | 'WECHAT_BODY_TOO_SLOW'
  | 'WECHAT_METHOD_NOT_ALLOWED'
  | 'WECHAT_UNKNOWN_ACCOUNT'
  | 'WECHAT_CLOSING';

/** A request that never became a delivery; `code` says why. */
export class RequestError extends WechatError {
  override readonly name: string = 'RequestError';
  declare readonly code: RequestErrorCode;

  constructor(code: RequestErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** The status that each reason has. */
const OAUTH_STATUSES = {
  /** No page was asked for, so nothing could be redirected. */
  unauthenticated: 401,
  /** The state is not one that this browser was given, or it is too old. */
  state: 403,
  /** The user did not agree. */
  denied: 403,
  /** The code was used or is too old, twice. */
  code: 403,
  /** The address is too long, or its host is not known. */
  address: 400,
  /** The platform did not answer, or refused. */
  platform: 502,
  /** Too many QR codes were made; later there may be one. */
  busy: 503,
} as const;

/** Why a web page's login failed; see {@link OAuthError}. */
export type OAuthErrorReason = keyof typeof OAUTH_STATUSES;

/** A user of a web page could not be found out; `reason` says why. Code `WECHAT_OAUTH`. */
export class OAuthError extends WechatError {
  override readonly name: string = 'OAuthError';
  readonly reason: OAuthErrorReason;
  /** Express and Koa read this. */
  readonly status: number;
  /** The same for Fastify. */
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
