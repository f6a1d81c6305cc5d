import type { Clock } from './clock.ts';
import type { ContextStore } from './context/store.ts';
import type { Ordering } from './context/transaction.ts';
import type { DeliveryStore } from './delivery/store.ts';
import { InvalidArgumentError } from './errors.ts';
import type { Exchange, MessageClient } from './exchange.ts';
import type { Logger } from './logger.ts';
import type { Message } from './message/message.ts';
import type { Reply, ReplyLike } from './reply/reply.ts';
import type { ErrorHandler } from './router.ts';
import { checkSpelling, suggest } from './spelling.ts';
import type { UndeliveredError } from './undelivered.ts';

export const MODES = ['plain', 'compatible', 'safe'] as const;
/** 消息加解密方式 in the console: 明文模式, 兼容模式, 安全模式. */
export type Mode = (typeof MODES)[number];

export const ORDERINGS = ['serial', 'parallel'] as const satisfies Ordering[];

/** What happens to a late reply. */
export type LateReply =
  | 'push'
  | 'hold'
  | 'drop'
  | ((reply: Reply, exchange: Exchange) => void | Promise<void>);

export const SOURCES = ['signature', 'cloud'] as const;
/** How deliveries are authenticated. */
export type Source = (typeof SOURCES)[number];

/** Options of one account's deliveries and answers. */
export interface WebhookOptions {
  /** The token of the console's server configuration. An array for rotation. */
  token: string | readonly string[];
  /**
   * `cloud` trusts requests through the network of 微信云托管 (the header `x-wx-source`), which are
   * not signed, and needs no `token`. Only for a container there: anywhere else a stranger can send
   * the header. Default: `signature`.
   */
  source?: Source | undefined;
  /** The account's AppID. Required with `encodingAESKey`. */
  appid?: string | undefined;
  /**
   * A name of your own that keeps this account's users and messages apart from others' in one store
   * or behind one AccountResolver; it must not change. Required there without `appid`; also needed
   * beside `appid` when several accounts share one, like those of a third-party platform. Default:
   * the `appid`, otherwise `default`.
   */
  account?: string | undefined;
  /** The account's 原始ID, `gh_…`: deliveries for another one are refused. Default: any. */
  originalId?: string | undefined;
  /** The console's 消息加解密密钥, 43 characters. An array for rotation. */
  encodingAESKey?: string | readonly string[] | undefined;
  /** The accepted deliveries. Default: `safe` with a key, otherwise `plain`. */
  mode?: Mode | undefined;
  /** Stores conversations. Default: the memory of this process. */
  contexts?: ContextStore | undefined;
  /** Seconds for which a conversation is kept after its last save. Default: 7200. */
  contextAge?: number | undefined;
  /**
   * Whether each message of the user restarts that time, including one whose handler only reads or
   * does not use it. Default: true; with false only saves do.
   */
  contextRolling?: boolean | undefined;
  /** Whether messages of one user are handled one after another, also across processes. Default: `serial`. */
  ordering?: Ordering | undefined;
  /**
   * Milliseconds to wait for a handler in one delivery, at most 4900: the platform closes the
   * connection after 5000. Default: 4500.
   */
  replyWindow?: number | undefined;
  /** Coordinates the deliveries of a message. Default: the memory of this process. */
  deliveries?: DeliveryStore | undefined;
  /**
   * Number of the platform's deliveries in which to wait for a handler, before its reply is late.
   * Default: 3, which is 14.5 seconds; 1 shows `pending` after 4.5.
   */
  maxDeliveries?: 1 | 2 | 3 | undefined;
  /** Shown at the last reply deadline without a reply, for example "Still thinking…". Default: nothing. */
  pending?: ReplyLike | ((message: Message) => ReplyLike) | undefined;
  /** Sends late replies; available to handlers as `exchange.client`. */
  client?: MessageClient | undefined;
  /**
   * What happens to a late reply: `push` sends it as a customer-service message, `hold` keeps it
   * for the user's next message, `drop` warns, a function decides. Default: `push` with a `client`,
   * otherwise `drop`.
   */
  lateReply?: LateReply | undefined;
  /**
   * With `push`: maximum number of customer-service messages for one message of the user; the rest
   * is passed to `onUndelivered`. Default: 5, the platform's own limit.
   */
  maxLateMessages?: number | undefined;
  /** With `hold`: seconds for which a late reply is kept. Default: 600. */
  holdAge?: number | undefined;
  /** With `hold`: the text that asks for the late reply, for example 继续. */
  holdKeyword?: string | undefined;
  /**
   * Called for a late reply that could not be sent, as `error.reply`; for a stream that had started
   * to answer and failed; and for a message beyond `maxQueued`. Default: an error in the log.
   */
  onUndelivered?:
    | ((error: UndeliveredError, exchange: Exchange) => void | Promise<void>)
    | undefined;
  /** Messages of a user that stop the stream which still answers an earlier one. Default: none. */
  interruptBy?: string | RegExp | ((message: Message) => boolean) | undefined;
  /** Whether `exchange.signal` aborts at the last reply deadline. Default: only with `lateReply: 'drop'`. */
  abortAtDeadline?: boolean | undefined;
  /**
   * Milliseconds after which a handler is abandoned, and the user's next message handled. Default:
   * 300 000.
   */
  maxRun?: number | undefined;
  /**
   * Maximum number of messages in work at once in this process; more are answered `success`.
   * Default: 10 000.
   */
  maxPending?: number | undefined;
  /**
   * Maximum number of one user's messages that wait for their turn in this process; more are
   * answered `success`, and `onUndelivered` is called. Default: 50.
   */
  maxQueued?: number | undefined;
  /** Whether the platform's next delivery runs a failed handler again. Default: false. */
  retryOnError?: boolean | undefined;
  /**
   * Answers for a failed handler. Default: log the error, answer `success`. When the context store
   * failed, rethrowing the error lets the platform try again, as without `onError`.
   */
  onError?: ErrorHandler | undefined;
  /** Maximum size of a body in bytes. Default: 256 KiB. */
  bodyLimit?: number | undefined;
  /** Seconds for which a signed delivery is valid. Default: unlimited. */
  maxAge?: number | undefined;
  /** Default: warnings and errors to the console. */
  logger?: Logger | undefined;
  /** Clock of deadlines, leases and expiries. For tests. Default: the system clock. */
  clock?: Clock | undefined;
}

/** Options of a container in 微信云托管, which needs no token. */
export type CloudOptions = Omit<WebhookOptions, 'token' | 'source'> & {
  token?: string | readonly string[] | undefined;
  source: 'cloud';
};

/** The options of one account. */
export type AccountOptions = WebhookOptions | CloudOptions;

const NAMES: Record<keyof WebhookOptions, true> = {
  token: true,
  source: true,
  appid: true,
  account: true,
  originalId: true,
  encodingAESKey: true,
  mode: true,
  contexts: true,
  contextAge: true,
  contextRolling: true,
  ordering: true,
  replyWindow: true,
  deliveries: true,
  maxDeliveries: true,
  pending: true,
  client: true,
  lateReply: true,
  holdAge: true,
  holdKeyword: true,
  onUndelivered: true,
  interruptBy: true,
  abortAtDeadline: true,
  maxRun: true,
  maxPending: true,
  maxQueued: true,
  maxLateMessages: true,
  retryOnError: true,
  onError: true,
  bodyLimit: true,
  maxAge: true,
  logger: true,
  clock: true,
};

/** The stores of `redisStores` for clients, which a webhook ignores. */
const OF_CLIENTS: ReadonlySet<string> = new Set(['tokens', 'sessions']);
/** Options of other SDKs that would leave an account open if ignored. */
const ALIASES = { encryptMode: 'mode' };

/**
 * Checks the names of options.
 *
 * @throws {InvalidArgumentError} when an option is misspelt; other unknown ones are a warning
 */
export function checkNames(options: object, logger: Logger): void {
  for (const given of checkSpelling(options, Object.keys(NAMES), ALIASES)) {
    if (OF_CLIENTS.has(given)) continue;
    const hint = suggest(given, Object.keys(NAMES));
    logger.warn({ option: given }, `unknown option ${given}; it has no effect${hint}`);
  }
}

export function checkTexts(
  name: string,
  value: string | readonly string[] | undefined,
): readonly string[] {
  const texts = value === undefined || value === null ? [] : [value].flat();
  if (texts.some((text) => typeof text !== 'string' || text === '')) {
    throw new InvalidArgumentError(
      `${name} must be a string that is not empty, or several of them`,
    );
  }
  return texts;
}

/** Checks that an option has some methods; `what` says what it should be. */
export function withMethods<T extends object>(
  name: string,
  value: T | undefined,
  methods: readonly (keyof T)[],
  what: string,
): T | undefined {
  const missing = value && methods.find((method) => typeof value[method] !== 'function');
  if (!missing) return value;
  const hint = what.endsWith('Store') ? '. What redisStores gives is spread into the options' : '';
  throw new InvalidArgumentError(`${name} is not ${what}: it has no ${String(missing)}()${hint}`);
}

export function checkChoice<T>(name: string, value: T, permitted: readonly T[]): T {
  if (permitted.includes(value)) return value;
  throw new InvalidArgumentError(`${name} must be one of ${permitted.join(', ')}`);
}

/** The maximum delay of Node's timers. */
const MAX_NUMBER = 2 ** 31 - 1;

export function positive(name: string, value: number): number {
  if (typeof value === 'number' && value > 0 && value <= MAX_NUMBER) return value;
  throw new InvalidArgumentError(`${name} must be a number above 0 and at most ${MAX_NUMBER}`);
}

export function optionalName(name: string, value: string | undefined): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new InvalidArgumentError(`${name} must be a string that is not empty`);
}

export function optionalFunction<F>(name: string, value: F): F {
  if (value === undefined || typeof value === 'function') return value;
  throw new InvalidArgumentError(`${name} must be a function`);
}

export function optionalBoolean(name: string, value: boolean | undefined): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw new InvalidArgumentError(`${name} must be true or false`);
}
