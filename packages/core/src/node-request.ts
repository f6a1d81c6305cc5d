import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import { Readable } from 'node:stream';
import { WechatError } from './errors.ts';
import type { WebhookRequest, WebhookResponse } from './exchange.ts';

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
 * taken from its `rawBody` and `body`, then from those of the request, else the unread request itself.
 */
export function nodeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  native: unknown = request,
  parsed: object = {},
): NodeRequest {
  const usable = findKept(parsed) ?? findKept(request) ?? (isUsable(request) ? request : undefined);
  return new DescribedRequest(request, response, native, usable);
}

/** Returns the body that a parser has kept, or another stream in its place. */
function findKept(parsed: object): NodeRequest['body'] {
  const { rawBody, body } = parsed as { rawBody?: unknown; body?: unknown };
  if (isUsable(rawBody)) return rawBody;
  return isUsable(body) ? body : undefined;
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
