import type { Readable } from 'node:stream';
import type { WechatContext } from './context/context.ts';
import type { Logger } from './logger.ts';
import type { MessageMap, MessageName } from './message/message.ts';
import type { Reply, ReplyLike } from './reply/reply.ts';

/** A request as a value: the input of a webhook, from an adapter or your own code. */
export interface WebhookRequest {
  method: string;
  /** The path, for the log and diagnostics. */
  path?: string | undefined;
  /** The query, percent-decoded once. Repeated parameters as arrays are refused. */
  query: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as received: text, bytes, or an unread stream of Node or of the web. */
  body?: string | Uint8Array | Readable | ReadableStream<Uint8Array> | undefined;
  /** The headers, with names in lower case. Only those of `source: 'cloud'` are read. */
  headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** The framework's own request, available as `exchange.native`. */
  native?: unknown;
  /** Aborts when the client has disconnected: the reply is then not waited for. */
  signal?: AbortSignal | undefined;
  /**
   * The host's `waitUntil`, for hosts that stop after the response: called with a promise that ends
   * with the handlers and the late replies.
   */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** A response as a value, to be sent by an adapter or your own code. */
export interface WebhookResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The state of the latest delivery of a message. */
export interface DeliveryState {
  /** 1 for the first delivery, up to 3: the platform delivers again after waiting for 5 seconds. */
  readonly attempt: number;
  /** The reply deadline of this delivery, in Unix milliseconds. */
  readonly deadline: number;
}

/** Sends late replies: an OfficialClient, or an object with this method. */
export interface MessageClient {
  readonly message: {
    readonly custom: {
      /** Sends a customer-service message; rejects when that failed. */
      send(openid: string, reply: Reply): Promise<unknown>;
    };
  };
}

/**
 * One message and its way through the handlers. `context`, `delivery`, `isInterruption`, `logger`
 * and `signal` are read on use, so a copy (`{ ...exchange }`) lacks them: pass the exchange itself on.
 */
export interface Exchange<N extends MessageName = MessageName> {
  readonly message: MessageMap[N];
  /** The context of the user's conversation: exclusive until the handlers end, then saved. */
  readonly context: WechatContext;
  /** The latest delivery of the message; changes while the handler runs. */
  readonly delivery: DeliveryState;
  /** The option `client`, which sends messages at any time. */
  readonly client?: MessageClient | undefined;
  /**
   * Aborts when no answer can reach the user any more. While late replies are possible, that is
   * only when the handler is interrupted or has run for `maxRun`; see the option `abortAtDeadline`.
   */
  readonly signal: AbortSignal;
  /** The match of `router.text(/…/)` or `router.event(name, /…/)`. */
  match?: RegExpMatchArray | undefined;
  /**
   * Whether the message is the text of the option `interruptBy`, and so asks for nothing but an end.
   * False where that is a RegExp or a function, which may match questions, too.
   */
  readonly isInterruption?: boolean | undefined;
  /**
   * The option `logger`: each line names the account, and `messageKey(message)` among the details
   * the message.
   */
  readonly logger: Logger;
  /** The framework's own request. */
  readonly native: unknown;
  /** Free for you: passes values from middleware to later ones and the handler. */
  readonly state: Record<string, unknown>;
}

/** A reply that grows, yielded by an `async function*`. Consecutive texts are one text. */
export type ReplyStream = AsyncIterable<string | Reply>;

/** The result of a handler: a reply, or a stream of one. */
export type Answer = ReplyLike | ReplyStream;

export function isStream(answer: Answer): answer is ReplyStream {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

/** Reads a stream; when it fails, the result of `recover` follows what has arrived. */
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
 * Handlers by the name of the message; `default` handles the others.
 *
 * @example
 * { text: (message) => message.content, 'event:subscribe': () => 'Welcome!' }
 */
export type Handlers = { [N in MessageName]?: Handler<N> } & {
  default?: Handler;
  [CARRIED]?: Middleware;
};

/**
 * The key of middleware attached to handlers, so that it runs before them wherever they are spread.
 * The symbol is the same in all copies of this package.
 */
export const CARRIED: unique symbol = Symbol.for('wechat-mp.carried') as never;

/**
 * Runs around the handlers. `next()` returns the reply of the rest; returning nothing (also
 * `false`) keeps that reply, returning another one replaces it, returning null answers `success`.
 */
export type Middleware = (
  exchange: Exchange,
  next: () => Promise<Answer>,
) => Answer | Promise<Answer>;
