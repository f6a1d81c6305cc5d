import { describeKind } from './describe-kind.ts';
import { InvalidArgumentError } from './errors.ts';
import {
  type Answer,
  CARRIED,
  type Exchange,
  guard,
  type Handler,
  type Handlers,
  isStream,
  type Middleware,
} from './exchange.ts';
import { type KeyedEventName, type MessageName, messageNames } from './message/message.ts';
import { toReply } from './reply/parse.ts';
import type { ReplyLike } from './reply/reply.ts';

/** Answers any exchange. */
export type Dispatch = (exchange: Exchange) => Answer | Promise<Answer>;

/** Answers for a failed handler. */
export type ErrorHandler = (error: unknown, exchange: Exchange) => ReplyLike | Promise<ReplyLike>;

/** A matcher with its handler, which then decides whether to go on. */
interface Layer {
  readonly matches: (exchange: Exchange) => boolean;
  readonly run: Middleware;
}

type ShortName<N> = N extends `event:${infer Short}` ? Short : never;
type AnyEventName = KeyedEventName | ShortName<KeyedEventName>;
type LongName<N> = N extends KeyedEventName ? N : `event:${N & string}` & KeyedEventName;

/** A handler selected by a match. */
type MatchHandler<N extends MessageName> = (
  message: Exchange<N>['message'],
  exchange: Exchange<N> & { match: RegExpMatchArray },
) => Answer | Promise<Answer>;

/**
 * Selects the handler of a message. The first match in order of registration answers; middleware
 * runs around everything registered after it.
 *
 * @example
 * const router = new Router()
 *   .text('help', () => 'What can I do for you?')
 *   .text(/^order (\d+)$/, (message, { match }) => `Order ${match[1]}`)
 *   .event('click', 'ABOUT', () => 'We make software.')
 *   .on(['image', 'video'], () => 'Nice!')
 *   .default(() => 'Sorry?');
 * app.use('/wechat', wechat('TOKEN', router));
 */
export class Router {
  readonly #layers: Layer[] = [];
  #default: Handler | undefined;
  #error: ErrorHandler | undefined;

  /** Adds middleware, or another router whose handlers come next. */
  use(...layers: (Middleware | Router)[]): this {
    for (const layer of layers) {
      const isRouter = layer instanceof Router;
      const run: Middleware = isRouter ? (exchange, next) => layer.run(exchange, next) : layer;
      this.#layers.push({ matches: () => true, run: checkFunction(run, 'use') });
    }
    return this;
  }

  /** Handles messages by name. */
  on<N extends MessageName>(name: N | readonly N[], handler: Handler<N>): this {
    const names = new Set<string>([name].flat().map(checkName));
    return this.#when(({ message }) => names.has(message.type), handler as Handler, 'on');
  }

  /** Handles a text that is exactly `pattern`. */
  text(pattern: string, handler: Handler<'text'>): this;
  /** Handles a text that `pattern` matches; `exchange.match` has the match. */
  text(pattern: RegExp, handler: MatchHandler<'text'>): this;
  text(pattern: string | RegExp, handler: unknown): this {
    const matches = matcher(pattern, 'text');
    return this.#when(
      (exchange) => exchange.message.type === 'text' && matches(exchange, exchange.message.content),
      handler as Handler,
      'text',
    );
  }

  /**
   * Handles an event by its key: a menu button's key, or a QR code's scene.
   *
   * @example
   * router.event('click', 'ABOUT', () => 'We make software.');
   * router.event('subscribe', 'poster', () => 'Welcome from the poster!'); // the wire's qrscene_poster
   */
  event<N extends AnyEventName>(name: N, key: string, handler: Handler<LongName<N>>): this;
  /** Handles an event whose key `key` matches; `exchange.match` has the match. */
  event<N extends AnyEventName>(name: N, key: RegExp, handler: MatchHandler<LongName<N>>): this;
  event(name: string, key: string | RegExp, handler: unknown): this {
    const type = checkName(name.startsWith('event:') ? name : `event:${name}`);
    const matches = matcher(key, 'event');
    return this.#when(
      (exchange) => {
        const message: { type: string; key?: unknown; scene?: unknown } = exchange.message;
        if (message.type !== type) return false;
        const keys = [message.key, message.scene];
        return keys.some((value) => typeof value === 'string' && matches(exchange, value));
      },
      handler as Handler,
      'event',
    );
  }

  /** Handles messages without another handler. */
  default(handler: Handler): this {
    if (this.#default) throw new InvalidArgumentError('the router has a default handler already');
    this.#default = checkFunction(handler, 'default');
    return this;
  }

  /** Answers for a failed handler or middleware of this router. */
  error(handler: ErrorHandler): this {
    if (this.#error) throw new InvalidArgumentError('the router has an error handler already');
    this.#error = checkFunction(handler, 'error');
    return this;
  }

  /** Runs an exchange through the router; `next` answers what it does not handle. */
  async run(exchange: Exchange, next?: () => Promise<Answer>): Promise<Answer> {
    // What fails after this router is not this router's to answer; a stream may fail later.
    const answers: Answer[] = [];
    const failures: unknown[] = [];
    const leave = async () => {
      try {
        const answer = await next?.();
        answers.push(answer);
        return answer;
      } catch (error) {
        failures.push(error);
        throw error;
      }
    };
    try {
      const answer = await this.#runFrom(0, exchange, leave);
      const onError = this.#error;
      if (!onError || !isStream(answer) || answers.includes(answer)) return answer;
      return guard(answer, async (error) => toReply(await onError(error, exchange)));
    } catch (error) {
      if (!this.#error || failures.includes(error)) throw error;
      return this.#error(error, exchange);
    }
  }

  async #runFrom(index: number, exchange: Exchange, next: () => Promise<Answer>): Promise<Answer> {
    let at = index;
    while (at < this.#layers.length && !this.#layers[at]?.matches(exchange)) at += 1;
    const layer = this.#layers[at];
    if (!layer) return this.#default ? this.#default(exchange.message, exchange) : next();
    let later: Promise<Answer> | undefined;
    const reply = await layer.run(exchange, () => {
      if (later) throw new InvalidArgumentError('a middleware called next() twice');
      later = this.#runFrom(at + 1, exchange, next);
      // A middleware may go on without waiting; its own failure must not leave this one unhandled.
      later.catch(() => {});
      return later;
    });
    return reply === undefined || reply === false ? later : reply;
  }

  #when(matches: (exchange: Exchange) => boolean, handler: Handler, method: string): this {
    checkFunction(handler, method);
    this.#layers.push({ matches, run: (exchange) => handler(exchange.message, exchange) });
    return this;
  }
}

/**
 * The handlers of messages: handlers by name, a Router, or one function for all.
 *
 * Of the Router only `run` counts here, because its `text` would hide the type of a handler's.
 */
export type HandlersLike = Handlers | Handler | Pick<Router, 'run'>;

/** Converts any form of handlers to one function; mistakes throw here, at start-up. */
export function createDispatch(handlers: HandlersLike): Dispatch {
  if (isRouter(handlers)) return (exchange) => handlers.run(exchange);
  if (typeof handlers === 'function') return (exchange) => handlers(exchange.message, exchange);
  if (typeof handlers !== 'object' || handlers === null || Array.isArray(handlers)) {
    throw new InvalidArgumentError('handlers must be an object, a Router or a function');
  }
  const byName = new Map<string, Handler>();
  for (const [name, handler] of Object.entries(handlers)) {
    if (handler === undefined) continue;
    byName.set(
      name === 'default' ? name : checkName(name),
      checkFunction(handler as Handler, name),
    );
  }
  const dispatch: Dispatch = (exchange) => {
    const handler = byName.get(exchange.message.type) ?? byName.get('default');
    return handler?.(exchange.message, exchange);
  };
  const carried = handlers[CARRIED];
  return carried ? surround(dispatch, carried) : dispatch;
}

function isRouter(handlers: HandlersLike): handlers is Pick<Router, 'run'> {
  return typeof handlers === 'object' && handlers !== null && 'run' in handlers;
}

/** Wraps a dispatch in a middleware. */
function surround(dispatch: Dispatch, around: Middleware): Dispatch {
  return (exchange) => around(exchange, async () => dispatch(exchange));
}

function matcher(
  pattern: string | RegExp,
  method: string,
): (exchange: Exchange, text: string) => boolean {
  if (typeof pattern === 'string') return (_exchange, text) => text === pattern;
  if (!(pattern instanceof RegExp)) {
    throw new InvalidArgumentError(
      `the pattern of router.${method}() must be a string or a RegExp`,
    );
  }
  return (exchange, text) => {
    pattern.lastIndex = 0;
    const match = pattern.exec(text);
    if (match) exchange.match = match;
    return match !== null;
  };
}

function checkName(name: string): string {
  if (messageNames.includes(name)) return name;
  if (typeof name !== 'string') {
    throw new InvalidArgumentError(
      `the name of a message must be a string, not ${describeKind(name)}`,
    );
  }
  const near = messageNames.find(
    (known) => known.split(':').pop() === name.toLowerCase().split(':').pop(),
  );
  throw new InvalidArgumentError(
    `unknown message name "${name}"${near ? `; did you mean "${near}"?` : ';'} the names are in messageNames; unknown messages arrive as "unknown" or "event:unknown"`,
  );
}

function checkFunction<F>(value: F, name: string): F {
  if (typeof value === 'function') return value;
  throw new InvalidArgumentError(
    `the handler of "${name}" must be a function, not ${describeKind(value)}`,
  );
}
