import type { Readable } from 'node:stream';
import type { WechatContext } from './context/context.ts';
import type { MessageMap, MessageName } from './message/message.ts';
import type { Reply, ReplyLike } from './reply/reply.ts';

/** A request as a value: what an adapter, or your own code, gives to a webhook. */
export interface WebhookRequest {
  method: string;
  /** The path, for the log and diagnostics. */
  path?: string | undefined;
  /** The query, percent-decoded once. Repeated parameters as arrays are refused. */
  query: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came: text, bytes, or a stream of Node or of the web nobody has read from yet. */
  body?: string | Uint8Array | Readable | ReadableStream<Uint8Array> | undefined;
  /** The headers, their names in lower case. Only what `source: 'cloud'` trusts is read of them. */
  headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
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

/** How the newest delivery of a message stands. */
export interface DeliveryState {
  /** 1 for the first delivery, up to 3: the platform delivers again when it has waited for 5 seconds. */
  readonly attempt: number;
  /** When the window of this delivery closes, in Unix milliseconds. */
  readonly deadline: number;
}

/** What sends late replies: an OfficialClient, or anything that can do this much. */
export interface MessageClient {
  readonly message: {
    readonly custom: {
      /** Sends a customer-service message; rejects when it could not. */
      send(openid: string, reply: Reply): Promise<unknown>;
    };
  };
}

/**
 * One message and its way through the handlers. `context`, `delivery` and `signal` are made when they
 * are asked for, so a copy (`{ ...exchange }`) lacks them: pass the exchange itself on.
 */
export interface Exchange<N extends MessageName = MessageName> {
  readonly message: MessageMap[N];
  /** The state of the user's conversation: theirs alone until the handlers end, and saved then. */
  readonly context: WechatContext;
  /** The newest delivery of the message; changes while the handler runs. */
  readonly delivery: DeliveryState;
  /** The option `client`: sends messages by itself, at any time. */
  readonly client?: MessageClient | undefined;
  /**
   * Aborts when no answer can reach the user any more. While late replies can go out that is only
   * when the handler is interrupted or has run for `maxRun`; see the option `abortAtDeadline`.
   */
  readonly signal: AbortSignal;
  /** What `router.text(/…/)` or `router.event(name, /…/)` matched. */
  match?: RegExpMatchArray | undefined;
  /** The framework's own request. */
  readonly native: unknown;
  /** Yours: what a middleware wants later ones and the handler to know. */
  readonly state: Record<string, unknown>;
}

/** A reply that grows: what an `async function*` yields. Text that follows text is one text. */
export type ReplyStream = AsyncIterable<string | Reply>;

/** What a handler gives: a reply, or a stream of what becomes one. */
export type Answer = ReplyLike | ReplyStream;

export function isStream(answer: Answer): answer is ReplyStream {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

/** A stream fails while it is read: what `recover` says comes after what it gave. */
export async function* guard(
  stream: ReplyStream,
  recover: (error: unknown) => Promise<Reply | undefined>,
): ReplyStream {
  try {
    yield* stream;
  } catch (error) {
    const reply = await recover(error);
    if (reply) yield reply;
  }
}

/**
 * Answers a message of the kind `N`.
 *
 * @example
 * async function* chat(message: MessageMap['text'], exchange: Exchange<'text'>) {
 *   for await (const token of model.ask(message.content, exchange.signal)) yield token;
 * }
 */
export type Handler<N extends MessageName = MessageName> = (
  message: MessageMap[N],
  exchange: Exchange<N>,
) => Answer | Promise<Answer>;

/**
 * Handlers by the name of the message; `default` takes what has none.
 *
 * @example
 * { text: (message) => message.content, 'event:subscribe': () => 'Welcome!' }
 */
export type Handlers = { [N in MessageName]?: Handler<N> } & {
  default?: Handler;
  [CARRIED]?: Middleware;
};

/**
 * The key of middleware that handlers carry with them, so that it runs before them wherever they
 * are spread. A symbol that all copies of this package share.
 */
export const CARRIED: unique symbol = Symbol.for('wechat-mp.carried') as never;

/**
 * Runs around the handlers. `next()` gives the reply of what comes after; returning nothing (also
 * `false`) keeps that reply, returning another one replaces it, returning null answers `success`.
 */
export type Middleware = (
  exchange: Exchange,
  next: () => Promise<Answer>,
) => Answer | Promise<Answer>;
