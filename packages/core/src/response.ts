import { STATUS_CODES } from 'node:http';
import { disarmError } from './describe-error.ts';
import { type RequestErrorCode, WechatError } from './errors.ts';
import type { WebhookResponse } from './exchange.ts';
import type { Logger } from './logger.ts';

const CONTENT_TYPES = {
  text: 'text/plain; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

type RefusalCode =
  | RequestErrorCode
  | 'WECHAT_PARSE'
  | 'WECHAT_SIGNATURE'
  | 'WECHAT_CIPHER'
  | 'WECHAT_STORE'
  | 'WECHAT_CONTEXT_CONFLICT';

const STATUSES: Record<RefusalCode, number> = {
  WECHAT_PARSE: 400,
  WECHAT_BODY_UNREADABLE: 400,
  WECHAT_SIGNATURE: 401,
  WECHAT_CIPHER: 401,
  WECHAT_UNKNOWN_ACCOUNT: 404,
  WECHAT_METHOD_NOT_ALLOWED: 405,
  WECHAT_BODY_TOO_SLOW: 408,
  WECHAT_BODY_TOO_LARGE: 413,
  WECHAT_STORE: 503,
  WECHAT_CONTEXT_CONFLICT: 503,
};

/** Headers that some statuses need. A body that never ends must not hold the connection. */
const HEADERS: Record<number, Record<string, string>> = {
  405: { allow: 'GET, POST' },
  408: { connection: 'close' },
  413: { connection: 'close' },
};

/** Makes the response of a delivery that was accepted. */
export function respond(body: string, type: keyof typeof CONTENT_TYPES = 'text'): WebhookResponse {
  return {
    status: 200,
    headers: { 'content-type': CONTENT_TYPES[type], 'x-content-type-options': 'nosniff' },
    body,
  };
}

/** Makes the response of a request that was refused: the sender learns the status, the log why. */
export function refuse(thrown: unknown, logger: Logger): WebhookResponse {
  const error = disarmError(thrown);
  const known = error instanceof WechatError ? STATUSES[error.code as RefusalCode] : undefined;
  const status = known ?? 500;
  if (status >= 500) {
    logger.error({ err: error, status }, 'a delivery could not be answered');
  } else {
    const { code, message } = error as WechatError;
    // A request for no account is nobody's: any scanner could fill the log with it.
    logger[known === 404 ? 'info' : 'warn']({ code, status }, `refused a delivery: ${message}`);
  }
  const { headers } = respond('');
  return { status, headers: { ...headers, ...HEADERS[status] }, body: `${STATUS_CODES[status]}` };
}
