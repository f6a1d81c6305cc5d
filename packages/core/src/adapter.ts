import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountResolver } from './account.ts';
import { PUSH_HEADER } from './cloud-source.ts';
import type { WechatContext } from './context/context.ts';
import { InvalidArgumentError } from './errors.ts';
import type { Exchange, WebhookResponse } from './exchange.ts';
import { Exposure } from './exposure.ts';
import type { Message } from './message/message.ts';
import type { NodeRequest } from './node-request.ts';
import type { AccountOptions } from './options.ts';
import type { ReplyLike } from './reply/reply.ts';
import type { HandlersLike } from './router.ts';
import { createWebhook, takeControls, type Webhook, type WebhookControls } from './webhook.ts';

// For whoever writes an adapter: what stands between a framework and the webhook.
export { InvalidArgumentError, NeedParamError, NeedParseError } from './errors.ts';
export { readJson } from './json.ts';
export { type NodeRequest, nodeRequest, sendResponse } from './node-request.ts';
export {
  acceptAny,
  createChoiceCheck,
  type OptionTable,
  readOptions,
  refuseMissing,
} from './option-checks.ts';
export { checkSpelling } from './spelling.ts';
export type { Around } from './webhook.ts';

/** The first argument of an adapter's `wechat()`: options of `createWebhook`, or a webhook. */
export type AdapterOptions =
  | string
  | (AccountOptions & {
      /** Path to answer at, for an adapter mounted at the root. Default: any path. */
      path?: string | undefined;
    })
  | AccountResolver
  | Webhook;

/**
 * The properties of a request whose message has been parsed; adapters add them to their framework's
 * types.
 */
export interface WechatRequest {
  /** The message of this request. Throws NeedParseError before it has been parsed. */
  readonly wechatMessage: Message;
  /** The context of the user's conversation. Throws NeedParseError before the message has been parsed. */
  readonly wechatContext: WechatContext;
}

/** Makes the framework's route answer in place of handlers: it calls `answer` with its reply. */
export type Route = (answer: (reply: ReplyLike) => void) => void | Promise<void>;

/** A middleware that can be closed, so that the process can exit, and that gives access to contexts. */
export type Closable<M> = M & WebhookControls;

/** The webhook behind an adapter, and its properties. */
export interface Mounted {
  /** Whether handlers answer, rather than the framework's route. */
  readonly hasHandlers: boolean;
  readonly path: string | undefined;
  /** The methods that the adapter adds to its middleware. */
  readonly controls: WebhookControls;
  /**
   * Whether a request comes from WeChat: with a signature, valid or not, or a push of 微信云托管
   * when those are accepted, and at `path` when one was given.
   */
  readonly accepts: (url: string, request: IncomingMessage) => boolean;
  /**
   * Answers a request, and sets `wechatMessage` and the other properties of `targets` for the
   * handlers or the route.
   */
  readonly handle: (
    request: NodeRequest,
    targets: readonly object[],
    route?: Route,
  ) => Promise<WebhookResponse>;
}

/** Creates the parts of an adapter from the arguments of its `wechat()`. */
export function mount(options: AdapterOptions, handlers?: HandlersLike): Mounted {
  const { webhook, path } = read(options, handlers);
  const isOnPath = path === undefined ? undefined : createPathCheck(path);
  return {
    hasHandlers: webhook.hasHandlers,
    path,
    controls: takeControls(webhook),
    accepts: (url, request) =>
      (SIGNED.test(url) || (webhook.takesPushes && PUSH_HEADER in request.headers)) &&
      (!isOnPath || isOnPath(url)),
    handle(request, targets, route) {
      if (!webhook.hasHandlers && route) return askRoute(webhook, request, targets, route);
      return webhook.handle(request, (exchange, next) => {
        for (const target of targets) delivered.show(target, exchange);
        return next();
      });
    },
  };
}

/** Answers a request with what the framework's route gives. */
async function askRoute(
  webhook: Webhook,
  request: NodeRequest,
  targets: readonly object[],
  route: Route,
): Promise<WebhookResponse> {
  const delivery = { isAnswered: false };
  const response = await webhook.handle(request, (exchange) => {
    for (const target of targets) delivered.show(target, exchange);
    return waitForRoute(route, request.response, delivery);
  });
  delivery.isAnswered = true;
  return response;
}

const SIGNED = /[?&](msg_)?signature=/;

function read(options: AdapterOptions, handlers: HandlersLike | undefined) {
  if (typeof options !== 'object' || options === null) {
    return { webhook: createWebhook(options, handlers), path: undefined };
  }
  if ('handle' in options) {
    if (handlers === undefined) return { webhook: options, path: undefined };
    throw new InvalidArgumentError('pass the handlers to createWebhook, not beside its webhook');
  }
  const { path, ...account } = options;
  return { webhook: createWebhook(account, handlers), path };
}

/**
 * Creates a check of whether an address, with its query, has a path; a trailing slash is ignored.
 *
 * @throws {InvalidArgumentError} when it is not a path
 */
export function createPathCheck(path: string): (url: string) => boolean {
  if (typeof path !== 'string' || !/^\/[^?#]*$/.test(path)) {
    throw new InvalidArgumentError('path must start with /, and have neither ? nor #');
  }
  // As it comes in a request.
  const expected = new URL(`http://localhost${path}`).pathname.replace(/\/$/, '');
  return (url) => (url.split('?', 1)[0] as string).replace(/\/$/, '') === expected;
}

/** Milliseconds between two checks of a response whose client has disconnected. */
const LOOK_AGAIN = 1000;

/**
 * Waits for the route's reply. A response that ends before means that the route failed or answered
 * by itself.
 */
function waitForRoute(
  route: Route,
  response: ServerResponse,
  delivery: { readonly isAnswered: boolean },
): Promise<ReplyLike> {
  return new Promise<ReplyLike>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const checkResponse = () => {
      if (response.writableEnded && !delivery.isAnswered) resolve(undefined);
      if (response.writableEnded || delivery.isAnswered) clearInterval(timer);
    };
    response.once('close', () => {
      // When the client has gone the route goes on: a later delivery brings its reply. Nothing
      // tells any more when the response ends.
      timer = setInterval(checkResponse, LOOK_AGAIN).unref();
      checkResponse();
    });
    Promise.resolve(route(resolve)).catch(reject);
  });
}

const NOT_PARSED = 'the webhook has not parsed this request, or the request is not from WeChat';
const NOT_LOGGED_IN = 'no login covers this route: put wechatOAuth before it';

const delivered = new Exposure<Exchange>(
  { wechatMessage: ({ message }) => message, wechatContext: ({ context }) => context },
  NOT_PARSED,
);
/** By name. */
const others = new Map<string, Exposure<unknown>>();

/**
 * Makes the properties of a request throw NeedParseError until they have a value.
 *
 * @throws {InvalidArgumentError} when they are not objects: another framework called the adapter
 */
export function guard(targets: readonly object[], replyTarget: object): void {
  for (const target of targets) delivered.prepare(checkTarget(target));
  expose(checkTarget(replyTarget), 'wechatReply');
}

function checkTarget(target: object): object {
  if (typeof target === 'object' && target !== null) return target;
  throw new InvalidArgumentError(
    'wechat() was called by another framework than it is for: import it from the package of yours, @wechat-mp/express, @wechat-mp/koa or @wechat-mp/fastify',
  );
}

/** Sets a property, or makes it throw NeedParseError until it has a value. */
export function expose(target: object, name: string, value?: unknown): void {
  const reason = name === 'wechatUser' ? NOT_LOGGED_IN : NOT_PARSED;
  const exposure = others.get(name) ?? new Exposure<unknown>({ [name]: (shown) => shown }, reason);
  others.set(name, exposure);
  if (value === undefined) exposure.prepare(target);
  else exposure.show(target, value);
}
