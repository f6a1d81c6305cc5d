import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import { Readable } from 'node:stream';
import type { AccountResolver } from './account.ts';
import { PUSH_HEADER } from './cloud-source.ts';
import type { WechatContext } from './context/context.ts';
import { InvalidArgumentError, WechatError } from './errors.ts';
import type { Exchange, WebhookRequest, WebhookResponse } from './exchange.ts';
import { Exposure } from './exposure.ts';
import type { Message } from './message/message.ts';
import type { AccountOptions } from './options.ts';
import type { ReplyLike } from './reply/reply.ts';
import type { HandlersLike } from './router.ts';
import { createWebhook, takeControls, type Webhook, type WebhookControls } from './webhook.ts';

// For whoever writes an adapter: what stands between a framework and the webhook.
export { InvalidArgumentError, NeedParamError, NeedParseError } from './errors.ts';
export { readJson } from './json.ts';
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
  return {
    hasHandlers: webhook.hasHandlers,
    path,
    controls: takeControls(webhook),
    accepts: (url, request) =>
      (SIGNED.test(url) || (webhook.takesPushes && PUSH_HEADER in request.headers)) &&
      (!path || isSamePath(url, path)),
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
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) {
    throw new InvalidArgumentError('path must start with /');
  }
  return { webhook: createWebhook(account, handlers), path };
}

/** Whether an address, with its query, has a path; a trailing slash is ignored. */
export function isSamePath(url: string, path: string): boolean {
  const [given] = url.split('?', 1) as [string];
  return given.replace(/\/$/, '') === path.replace(/\/$/, '');
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

/** A request with its Node response. */
export interface NodeRequest extends WebhookRequest {
  readonly response: ServerResponse;
  /** Whether the client has disconnected; cheaper than `signal`, which is created on first use. */
  readonly isGone: () => boolean;
  /** Calls a listener when the client has disconnected, or was answered; returns how to end that. */
  readonly onGone: (listener: () => void) => () => void;
}

/**
 * The reason of aborted signals, created once: an error for each request would cost more than the
 * rest of it.
 */
const CLIENT_GONE = new WechatError('WECHAT_CLIENT_GONE', 'the client has disconnected');

/** Creates a signal that aborts when the response can no longer be sent. */
function createSignal(request: NodeRequest): AbortSignal {
  const gone = new AbortController();
  if (request.isGone()) gone.abort(CLIENT_GONE);
  else request.onGone(() => gone.abort(CLIENT_GONE));
  return gone.signal;
}

/** Matches queries that need Node's parser: an escape, or a blank written as "+". */
const ESCAPED = /[%+]/;

/** A query object without inherited names, as created by Node. */
const Query = function Query() {} as unknown as new () => Record<string, string>;
Query.prototype = Object.create(null) as object;

/** The parameters in the platform's order: comparing a name costs less than cutting it out of the address. */
const NAMES = ['signature', 'timestamp', 'nonce', 'openid', 'encrypt_type', 'msg_signature'];

/**
 * Reads the query of an address. The platform neither escapes nor repeats parameters; other queries
 * are parsed by Node.
 */
function readQuery(url: string): NodeRequest['query'] {
  const begin = url.indexOf('?') + 1;
  const query = new Query();
  if (begin === 0) return query;
  if (ESCAPED.test(url)) return parse(url.slice(begin));
  let guess = 0;
  for (let start = begin; start < url.length; ) {
    const next = url.indexOf('&', start);
    const end = next === -1 ? url.length : next;
    const equals = url.indexOf('=', start);
    const middle = equals === -1 || equals > end ? end : equals;
    const guessed = NAMES[guess];
    const isGuessed = guessed?.length === middle - start && url.startsWith(guessed, start);
    const name = isGuessed ? guessed : url.slice(start, middle);
    if (query[name] !== undefined) return parse(url.slice(begin));
    if (end > start) query[name] = url.slice(middle + 1, end);
    if (isGuessed) guess += 1;
    start = end + 1;
  }
  return query;
}

/** The part of a response of HTTP/2 that others lack. */
interface Http2Response {
  readonly stream?: { readonly destroyed: boolean };
}

class DescribedRequest implements NodeRequest {
  readonly method: string;
  readonly query: NodeRequest['query'];
  readonly body: NodeRequest['body'];
  readonly native: unknown;
  readonly response: ServerResponse;
  readonly #request: IncomingMessage;
  #signal: AbortSignal | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    native: unknown,
    body: NodeRequest['body'],
  ) {
    this.method = request.method ?? 'GET';
    this.query = readQuery(request.url ?? '');
    this.body = body;
    this.native = native;
    this.response = response;
    this.#request = request;
  }

  /** The whole path, including any prefix that a framework strips. */
  get path(): string | undefined {
    const hosts = [this.native, this.#request] as { originalUrl?: unknown }[];
    const whole = hosts
      .map((host) => Object(host).originalUrl)
      .find((url) => typeof url === 'string');
    return (whole ?? this.#request.url)?.split('?', 1)[0];
  }

  // Node reads headers when they are asked for.
  get headers(): IncomingMessage['headers'] {
    return this.#request.headers;
  }

  get signal(): AbortSignal {
    this.#signal ??= createSignal(this);
    return this.#signal;
  }

  onGone(listener: () => void): () => void {
    const { response } = this;
    response.once('close', listener);
    // Stand-ins for a response, in tests, may have neither `off` nor this.
    return () => void response.removeListener?.('close', listener);
  }

  isGone(): boolean {
    const { destroyed, socket, stream } = this.response as ServerResponse & Http2Response;
    // A response of HTTP/2 does not tell of itself, its stream does.
    if (destroyed ?? stream?.destroyed === true) return true;
    // Node closes a connection that its client has ended, but only some turns later. A response that waits
    // for an earlier one of its connection has no socket yet.
    return socket ? socket.writableEnded : this.#request.socket?.destroyed === true;
  }
}

/**
 * Converts a Node request for a webhook.
 *
 * `parsed` is where an earlier parser may have left the body: text, bytes and unread streams are
 * taken from its `rawBody` and `body`, else the unread request itself.
 */
export function nodeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  native: unknown = request,
  parsed: object = {},
): NodeRequest {
  const { rawBody, body } = parsed as { rawBody?: unknown; body?: unknown };
  const usable = [rawBody, body, request].find(isUsable);
  return new DescribedRequest(request, response, native, usable);
}

function isUsable(body: unknown): body is string | Uint8Array | Readable {
  if (body instanceof Readable) return !body.readableDidRead && !body.destroyed;
  return typeof body === 'string' || body instanceof Uint8Array;
}

/** Sends a response in one piece, unless something else was sent or the client has disconnected. */
export function sendResponse(
  response: ServerResponse,
  { status, headers, body }: WebhookResponse,
): void {
  if (response.headersSent || response.destroyed) return;
  const length = Buffer.byteLength(body);
  // Not in one chain: what stands for a response in serverless-http returns nothing here.
  response.writeHead(status, { ...headers, 'content-length': length });
  response.end(body);
}

const NOT_PARSED = 'the webhook has not parsed this request, or the request is not from WeChat';
const NOT_LOGGED_IN = 'no login covers this route: put wechatOAuth before it';

const delivered = new Exposure<Exchange>(
  { wechatMessage: ({ message }) => message, wechatContext: ({ context }) => context },
  NOT_PARSED,
);
/** By name. */
const others = new Map<string, Exposure<unknown>>();

/** Makes the properties of a request throw NeedParseError until they have a value. */
export function guard(targets: readonly object[], replyTarget: object): void {
  for (const target of targets) delivered.prepare(target);
  expose(replyTarget, 'wechatReply');
}

/** Sets a property, or makes it throw NeedParseError until it has a value. */
export function expose(target: object, name: string, value?: unknown): void {
  const reason = name === 'wechatUser' ? NOT_LOGGED_IN : NOT_PARSED;
  const exposure = others.get(name) ?? new Exposure<unknown>({ [name]: (shown) => shown }, reason);
  others.set(name, exposure);
  if (value === undefined) exposure.prepare(target);
  else exposure.show(target, value);
}
