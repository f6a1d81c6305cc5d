import type { Readable } from 'node:stream';
import type { WechatContext } from './context/context.ts';
import type { MessageMap, MessageName } from './message/message.ts';
import type { ReplyLike } from './reply/reply.ts';

/** A request as a value: what an adapter, or your own code, gives to a webhook. */
export interface WebhookRequest {
  method: string;
  /** The query, percent-decoded once. Repeated parameters as arrays are refused. */
  query: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came: text, bytes, or a stream nobody has read from yet. */
  body?: string | Uint8Array | Readable | undefined;
  /** The framework's own request; handlers find it as `exchange.native`. */
  native?: unknown;
  /** Aborts when the client has gone: then the reply is not waited for. */
  signal?: AbortSignal | undefined;
}

/** An answer as a value: what an adapter, or your own code, sends back. */
export interface WebhookResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One message and its way through the handlers. */
export interface Exchange<N extends MessageName = MessageName> {
  readonly message: MessageMap[N];
  /** The state of the user's conversation: loaded before the handlers, saved after them. */
  readonly context: WechatContext;
  /** Aborts when no answer can reach the user any more: the client has gone or the reply window has closed. */
  readonly signal: AbortSignal;
  /** What `router.text(/…/)` or `router.event(name, /…/)` matched. */
  match?: RegExpMatchArray | undefined;
  /** The framework's own request. */
  readonly native: unknown;
  /** Yours: what a middleware wants later ones and the handler to know. */
  readonly state: Record<string, unknown>;
}

/** Answers a message of the kind `N`. */
export type Handler<N extends MessageName = MessageName> = (
  message: MessageMap[N],
  exchange: Exchange<N>,
) => ReplyLike | Promise<ReplyLike>;

/**
 * Handlers by the name of the message; `default` takes what has none.
 *
 * @example
 * { text: (message) => message.content, 'event:subscribe': () => 'Welcome!' }
 */
export type Handlers = { [N in MessageName]?: Handler<N> } & { default?: Handler };

/**
 * Runs around the handlers. `next()` gives the reply of what comes after; returning nothing keeps
 * that reply, returning another one replaces it, returning null answers `success`.
 */
export type Middleware = (
  exchange: Exchange,
  next: () => Promise<ReplyLike>,
) => ReplyLike | Promise<ReplyLike>;
