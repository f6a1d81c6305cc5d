import { type Clock, systemClock } from './clock.ts';
import type { ContextStore } from './context/store.ts';
import type { Ordering } from './context/transaction.ts';
import type { DeliveryStore } from './delivery/store.ts';
import { InvalidArgumentError } from './errors.ts';
import type { Exchange, MessageClient } from './exchange.ts';
import { CONTEXT_METHODS, DELIVERY_METHODS } from './guarded-stores.ts';
import { consoleLogger, type Logger } from './logger.ts';
import type { Message } from './message/message.ts';
import {
  checkBoolean,
  checkFilledText,
  checkFunction,
  checkPositive,
  checkText,
  checkTexts,
  checkTokens,
  createChoiceCheck,
  createMethodsCheck,
  type OptionTable,
} from './option-checks.ts';
import { replyTree } from './reply/render.ts';
import type { Reply, ReplyLike } from './reply/reply.ts';
import type { ErrorHandler } from './router.ts';
import { checkSpelling, suggest } from './spelling.ts';
import type { UndeliveredError } from './undelivered.ts';

/** 消息加解密方式 in the console: 明文模式, 兼容模式, 安全模式. */
export type Mode = 'plain' | 'compatible' | 'safe';

/** The handling of a late reply. */
export type LateReply =
  | 'push'
  | 'hold'
  | 'drop'
  | ((reply: Reply, exchange: Exchange) => void | Promise<void>);

/** How deliveries are authenticated. */
export type Source = 'signature' | 'cloud';

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
  /**
   * The accepted deliveries: `plain` (明文模式), `compatible` (兼容模式) or `safe` (安全模式). Default: `safe`
   * with a key, otherwise `plain`.
   */
  mode?: Mode | undefined;
  /**
   * Stores conversations, for example `redisStores(redis).contexts`. Default: the memory of this
   * process.
   */
  contexts?: ContextStore | undefined;
  /** Seconds for which a conversation is kept after the user's last message, or a later save. Default: 7200. */
  contextAge?: number | undefined;
  /**
   * Whether each message of the user restarts that time, including one whose handler only reads or
   * does not use it; with false only saves do. Default: true.
   */
  contextRolling?: boolean | undefined;
  /**
   * `serial` handles the messages of one user one after another, also across processes; `parallel`
   * at once. Default: `serial`.
   */
  ordering?: Ordering | undefined;
  /**
   * Milliseconds to wait for a handler in one delivery, at most 4900: the platform closes the
   * connection after 5000. Default: 4500.
   */
  replyWindow?: number | undefined;
  /**
   * Coordinates the deliveries of a message, for example `redisStores(redis).deliveries`. Default:
   * the memory of this process.
   */
  deliveries?: DeliveryStore | undefined;
  /**
   * Number of the platform's deliveries in which to wait for a handler, before its reply is late: 1
   * is 4.5 seconds, 2 is 9.5, 3 is 14.5. Default: 3.
   */
  maxDeliveries?: 1 | 2 | 3 | undefined;
  /**
   * Answers at the last reply deadline without a reply, for example "Still thinking…": a reply, or
   * `(message) => reply`. Default: nothing.
   */
  pending?: ReplyLike | ((message: Message) => ReplyLike) | undefined;
  /**
   * Sends late replies, by its `message.custom.send(openid, reply)`; available to handlers as
   * `exchange.client`.
   */
  client?: MessageClient | undefined;
  /**
   * How a late reply is handled: `push` sends it as a customer-service message, `hold` keeps it for
   * the user's next message, `drop` warns, a function decides. Default: `push` with a `client`,
   * otherwise `drop`.
   */
  lateReply?: LateReply | undefined;
  /**
   * With `push`: maximum number of customer-service messages for one message of the user, of which
   * the platform takes 5; the rest is passed to `onUndelivered`. Default: 5.
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
  /**
   * Messages of a user that stop the stream which still answers an earlier one: a text, a RegExp,
   * or `(message) => boolean`. Default: none.
   */
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
  /**
   * Methods `error`, `warn`, `info` and `debug`, each `(details, message)`, as pino has. Default:
   * warnings and errors to the console.
   */
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

/** Milliseconds after which the platform hangs up. */
const HANGS_UP = 5000;

/** The options of an account: their defaults and checks. */
export const WEBHOOK_OPTIONS = {
  token: { initial: [], check: checkTokens },
  source: { initial: 'signature', check: createChoiceCheck('signature', 'cloud') },
  appid: { check: checkText },
  account: { check: checkFilledText },
  originalId: { check: checkFilledText },
  encodingAESKey: { initial: [], check: checkTexts },
  mode: { check: createChoiceCheck('plain', 'compatible', 'safe') },
  contexts: { check: createMethodsCheck(CONTEXT_METHODS, 'a ContextStore') },
  contextAge: { initial: 7200, check: checkPositive },
  contextRolling: { initial: true, check: checkBoolean },
  ordering: { initial: 'serial', check: createChoiceCheck('serial', 'parallel') },
  replyWindow: { initial: 4500, check: checkWindow },
  deliveries: { check: createMethodsCheck(DELIVERY_METHODS, 'a DeliveryStore') },
  maxDeliveries: { initial: 3, check: createChoiceCheck(1, 2, 3) },
  pending: { check: checkPending },
  client: { check: checkClient },
  lateReply: { check: checkLateReply },
  maxLateMessages: { initial: 5, check: checkPositive },
  holdAge: { initial: 600, check: checkPositive },
  holdKeyword: { check: checkFilledText },
  onUndelivered: { check: checkFunction<NonNullable<WebhookOptions['onUndelivered']>> },
  interruptBy: { check: createMatcher },
  abortAtDeadline: { check: checkBoolean },
  maxRun: { initial: 5 * 60_000, check: checkPositive },
  maxPending: { initial: 10_000, check: checkPositive },
  maxQueued: { initial: 50, check: checkPositive },
  retryOnError: { initial: false, check: checkBoolean },
  onError: { check: checkFunction<ErrorHandler> },
  bodyLimit: { initial: 256 * 1024, check: checkPositive },
  maxAge: { check: checkPositive },
  logger: {
    initial: consoleLogger,
    check: createMethodsCheck(
      ['error', 'warn', 'info', 'debug'],
      'a logger with the methods of pino',
    ),
  },
  clock: {
    initial: systemClock,
    check: createMethodsCheck(['now', 'wallTime', 'setTimeout', 'clearTimeout'], 'a Clock'),
  },
} satisfies OptionTable<WebhookOptions>;

const NAMES = Object.keys(WEBHOOK_OPTIONS);
/** The stores of `redisStores` for clients, which a webhook ignores. */
const OF_CLIENTS: ReadonlySet<string> = new Set(['tokens', 'sessions']);
/** Options of other SDKs that would leave an account open if ignored. */
const ALIASES = { encryptMode: 'mode' };

/** @throws {InvalidArgumentError} when an option is misspelt */
export function refuseMisspelt(options: object): void {
  checkSpelling(options, NAMES, { aliases: ALIASES });
}

export function warnOfUnknown(options: object, logger: Logger): void {
  for (const given of Object.keys(options)) {
    if (NAMES.includes(given) || OF_CLIENTS.has(given)) continue;
    const hint = suggest(given, NAMES);
    logger.warn({ option: given }, `unknown option ${given}; it has no effect${hint}`);
  }
}

function checkWindow(name: string, milliseconds: number): number {
  const replyWindow = checkPositive(name, milliseconds);
  if (replyWindow <= HANGS_UP - 100) return replyWindow;
  throw new InvalidArgumentError(
    `replyWindow must be at most ${HANGS_UP - 100} ms, not ${replyWindow}: the platform closes the connection after ${HANGS_UP} ms, and the answer must reach it before that`,
  );
}

/** A reply that cannot be sent is found when the webhook is made, not when the first window closes. */
function checkPending(
  _name: string,
  pending: WebhookOptions['pending'],
): WebhookOptions['pending'] {
  if (typeof pending !== 'function') replyTree(pending, { target: 'user', source: 'account' });
  return pending;
}

function checkClient(name: string, client: MessageClient): MessageClient | undefined {
  if (!client) return undefined;
  if (typeof client.message?.custom?.send === 'function') return client;
  throw new InvalidArgumentError(`${name} must be able to send: it has no message.custom.send()`);
}

const checkLatePolicy = createChoiceCheck<LateReply>('push', 'hold', 'drop');
function checkLateReply(name: string, value: LateReply): LateReply {
  return typeof value === 'function' ? value : checkLatePolicy(name, value);
}

type Matcher = (message: Message) => boolean;

function createMatcher(name: string, by: string | RegExp | Matcher): Matcher {
  if (typeof by === 'function') return by;
  if (typeof by !== 'string' && !(by instanceof RegExp)) {
    throw new InvalidArgumentError(`${name} must be a string, a RegExp or a function`);
  }
  const isMatch = (text: string) =>
    typeof by === 'string' ? text.trim() === by : text.search(by) !== -1;
  return (message) => message.type === 'text' && isMatch(message.content);
}
