import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import { Readable } from 'node:stream';
import type { AccountResolver, WebhookOptions } from './account.ts';
import { InvalidArgumentError, NeedParseError } from './errors.ts';
import type { WebhookRequest, WebhookResponse } from './exchange.ts';
import type { ReplyLike } from './reply/reply.ts';
import type { HandlersLike } from './router.ts';
import { createWebhook, type Webhook } from './webhook.ts';

/** What an adapter's `wechat()` takes first: whatever `createWebhook` takes, or a webhook. */
export type AdapterOptions =
  | string
  | (WebhookOptions & {
      /** Answer at this path only, for an adapter that is mounted at the root. Default: any path. */
      path?: string | undefined;
    })
  | AccountResolver
  | Webhook;

/** Lets the framework's route answer, in place of handlers: it calls `answer` with its reply. */
export type Route = (answer: (reply: ReplyLike) => void) => void | Promise<void>;

/** What an adapter mounts: a webhook, and what it needs to know of it. */
export interface Mounted {
  /** Whether the handlers answer, or the framework's route. */
  readonly hasHandlers: boolean;
  readonly path: string | undefined;
  /** Whether a request is WeChat's: signed, rightly or not, and at `path` when one was given. */
  readonly accepts: (url: string) => boolean;
  /** Answers a request, showing its message to the handlers or the route as `wechatMessage` of `targets`. */
  readonly handle: (
    request: WebhookRequest,
    targets: readonly object[],
    route?: Route,
  ) => Promise<WebhookResponse>;
}

/** Makes what every adapter needs out of the arguments of its `wechat()`. */
export function mount(options: AdapterOptions, handlers?: HandlersLike): Mounted {
  const path = typeof options === 'object' && 'path' in options ? options.path : undefined;
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) {
    throw new InvalidArgumentError('path must start with /');
  }
  if (isWebhook(options) && handlers !== undefined) {
    throw new InvalidArgumentError('give the handlers to createWebhook, not beside its webhook');
  }
  const webhook = isWebhook(options) ? options : createWebhook(options, handlers);
  return {
    hasHandlers: webhook.hasHandlers,
    path,
    accepts: (url) =>
      /[?&](msg_)?signature=/.test(url) &&
      (path === undefined || withoutSlash(url.split('?', 1)[0] as string) === withoutSlash(path)),
    handle: (request, targets, route) =>
      webhook.handle(request, (exchange, next) => {
        for (const target of targets) expose(target, 'wechatMessage', exchange.message);
        return route === undefined || webhook.hasHandlers ? next() : ask(route);
      }),
  };
}

function ask(route: Route): Promise<ReplyLike> {
  return new Promise((resolve, reject) => {
    Promise.resolve(route(resolve)).catch(reject);
  });
}

/**
 * Describes a Node request to a webhook.
 *
 * `bodies` are the places where an earlier parser may have left the body, the best first; text,
 * bytes and unread streams are taken, then the unread request itself.
 */
export function nodeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  native: unknown = request,
  ...bodies: unknown[]
): WebhookRequest {
  const url = request.url ?? '';
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.destroyed) gone.abort();
  return {
    method: request.method ?? 'GET',
    query: parse(url.includes('?') ? url.slice(url.indexOf('?') + 1) : ''),
    body: [...bodies, request].find(isUsable),
    native,
    signal: gone.signal,
  };
}

function isUsable(body: unknown): body is string | Uint8Array | Readable {
  if (body instanceof Readable) return !body.readableDidRead && !body.destroyed;
  return typeof body === 'string' || body instanceof Uint8Array;
}

/** Makes a property that throws NeedParseError until it is given a value. */
export function expose(target: object, name: string, value?: unknown): void {
  if (value === undefined && Object.hasOwn(target, name)) return;
  const get = () => {
    if (value !== undefined) return value;
    throw new NeedParseError(
      `${name} is not there yet: the webhook has not parsed this request, or it was not WeChat's`,
    );
  };
  Object.defineProperty(target, name, { get, configurable: true });
}

function isWebhook(options: AdapterOptions): options is Webhook {
  return typeof options === 'object' && options !== null && 'handle' in options;
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
