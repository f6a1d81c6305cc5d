import { disarmError } from './describe-error.ts';
import { deliveryChannel, describeSeen } from './diagnostics.ts';
import { type RequestErrorCode, WechatError } from './errors.ts';
import type { WebhookRequest, WebhookResponse } from './exchange.ts';
import { consoleLogger, type Logger, protect } from './logger.ts';
import { printable } from './printable.ts';

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
  WECHAT_CLOSING: 503,
};

/** The bodies of refusals. Not from node:http, which not every host has. */
const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Headers that some statuses need. */
const HEADERS: Record<number, Record<string, string>> = {
  405: { allow: 'GET, POST' },
  408: { connection: 'close' },
  413: { connection: 'close' },
};

/** Creates the response to an accepted delivery. */
export function respond(body: string, type: keyof typeof CONTENT_TYPES = 'text'): WebhookResponse {
  return {
    status: 200,
    headers: { 'content-type': CONTENT_TYPES[type], 'x-content-type-options': 'nosniff' },
    body,
  };
}

/** The logger while there is no account yet. */
const console = protect(consoleLogger);

/**
 * Creates the response to a refused request: the sender gets the status, the log the reason. The
 * connection of an unread body is closed.
 */
export function refuse(
  thrown: unknown,
  account: { readonly id: string; readonly logger: Logger } | undefined,
  request: Pick<WebhookRequest, 'path'>,
  isBodyUnread: boolean,
): WebhookResponse {
  const error = disarmError(thrown);
  const refusal = error instanceof WechatError ? STATUSES[error.code as RefusalCode] : undefined;
  const status = refusal ?? 500;
  const isClosing = error instanceof WechatError && error.code === 'WECHAT_CLOSING';
  const { path } = request;
  if (status >= 500 && !isClosing) {
    const logger = account?.logger ?? console;
    logger.error({ err: error, status, path }, 'could not answer a delivery');
  } else {
    const { code, message } = error as WechatError;
    // A request for no account is nobody's: any scanner could fill the log with it.
    account?.logger[isClosing ? 'info' : 'warn'](
      { code, status, path },
      `refused a delivery: ${message}`,
    );
  }
  if (deliveryChannel.hasSubscribers) {
    deliveryChannel.publish({
      event: 'refused',
      account: account?.id,
      path: typeof path === 'string' ? printable(path) : undefined,
      status,
      code: describeSeen(error).code,
      reason: status < 500 || isClosing ? (error as WechatError).message : undefined,
    });
  }
  const { headers } = respond('');
  const end = isBodyUnread ? { connection: 'close' } : {};
  return {
    status,
    headers: { ...headers, ...HEADERS[status], ...end },
    body: `${REASONS[status]}`,
  };
}
