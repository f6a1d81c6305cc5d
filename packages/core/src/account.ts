import { MessageCipher } from './cipher.ts';
import { type Clock, systemClock } from './clock.ts';
import { CONSOLE } from './console.ts';
import { MemoryContextStore } from './context/memory.ts';
import type { Ordering, TransactionOptions } from './context/transaction.ts';
import { MemoryDeliveryStore } from './delivery/memory.ts';
import type { DeliveryStore, Steps } from './delivery/store.ts';
import { InvalidArgumentError, NeedParamError } from './errors.ts';
import type { MessageClient, WebhookRequest } from './exchange.ts';
import { CONTEXT_METHODS, DELIVERY_METHODS, guardStores } from './guarded-stores.ts';
import { consoleLogger, type Logger, ONLY_ACCOUNT, protect } from './logger.ts';
import type { Message } from './message/message.ts';
import {
  type AccountOptions,
  checkChoice,
  checkNames,
  checkTexts,
  type LateReply,
  MODES,
  type Mode,
  ORDERINGS,
  optionalBoolean,
  optionalFunction,
  optionalName,
  positive,
  SOURCES,
  type Source,
  type WebhookOptions,
  withMethods,
} from './options.ts';
import { replyTree } from './reply/render.ts';
import type { ErrorHandler } from './router.ts';

/**
 * Returns the account of a request, when one endpoint serves several; undefined answers 404.
 *
 * Give the same object for the same account each time: it is checked only once. Each needs `appid` or
 * `account`, which keep the accounts apart.
 *
 * @example
 * createWebhook((request) => accounts.get(String(request.query.account)), handlers)
 */
export type AccountResolver = (
  request: WebhookRequest,
) => AccountOptions | undefined | Promise<AccountOptions | undefined>;

/** The options that all accounts of one endpoint share. */
interface Shared {
  contexts?: MemoryContextStore;
  deliveries?: MemoryDeliveryStore;
}

/** Checked options. */
export interface Account extends TransactionOptions {
  /** Prefix of every key: the account that verified the delivery, not the one its body names. */
  readonly id: string;
  readonly originalId: string | undefined;
  readonly tokens: readonly string[];
  /** One cipher for each token and key. */
  readonly ciphers: readonly MessageCipher[];
  readonly mode: Mode;
  readonly source: Source;
  readonly replyWindow: number;
  readonly deliveries: DeliveryStore;
  readonly steps: Steps;
  readonly ordering: Ordering;
  readonly maxDeliveries: number;
  readonly pending: WebhookOptions['pending'];
  readonly client: MessageClient | undefined;
  readonly lateReply: LateReply;
  readonly maxLateMessages: number;
  readonly holdAge: number;
  readonly holdKeyword: string | undefined;
  readonly onUndelivered: WebhookOptions['onUndelivered'];
  readonly interrupts: ((message: Message) => boolean) | undefined;
  readonly abortAtDeadline: boolean;
  readonly maxRun: number;
  readonly maxPending: number;
  readonly maxQueued: number;
  readonly retryOnError: boolean;
  readonly onError: ErrorHandler | undefined;
  readonly bodyLimit: number;
  readonly maxAge: number | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Checks the options of an account. */
function createAccount(given: string | AccountOptions, shared: Shared): Account {
  const options = typeof given === 'string' ? { token: given } : given;
  if (typeof options !== 'object' || options === null) {
    throw new NeedParamError('options are needed: the token, or an object with at least { token }');
  }
  const tokens = checkTexts('token', options.token);
  const keys = checkTexts('encodingAESKey', options.encodingAESKey);
  const {
    appid,
    logger = consoleLogger,
    clock = systemClock,
    mode = keys.length > 0 ? 'safe' : 'plain',
  } = options;

  const source = checkSource(options.source, tokens);
  checkChoice('mode', mode, MODES);
  if (appid !== undefined && typeof appid !== 'string') {
    throw new InvalidArgumentError('appid must be a string');
  }
  const account = optionalName('account', options.account);
  withMethods('logger', logger, ['error', 'warn', 'info', 'debug'], 'a logger like that of pino');
  withMethods('clock', clock, ['now', 'wallTime', 'setTimeout', 'clearTimeout'], 'a Clock');
  const id = (appid && account ? `${appid}/${account}` : appid || account) ?? ONLY_ACCOUNT;
  const told = protect(logger, id);
  checkNames(options, told);
  if (keys.length > 0 && !appid) throw new NeedParamError('appid is needed with encodingAESKey');
  if (keys.length === 0 && mode !== 'plain') {
    throw new NeedParamError(`encodingAESKey and appid are needed in the mode ${mode}`);
  }
  const { contextAge, rolling } = readContextAge(options);
  const stores = guardStores({
    rolling,
    contexts: withMethods('contexts', options.contexts, CONTEXT_METHODS, 'a ContextStore'),
    deliveries: withMethods('deliveries', options.deliveries, DELIVERY_METHODS, 'a DeliveryStore'),
    ownContexts: () =>
      (shared.contexts ??= new MemoryContextStore({ logger, now: () => clock.wallTime() })),
    ownDeliveries: () => (shared.deliveries ??= new MemoryDeliveryStore({ clock })),
  });
  return {
    id,
    originalId: optionalName('originalId', options.originalId),
    tokens,
    ciphers: tokens.flatMap((token) =>
      keys.map(
        (encodingAESKey) => new MessageCipher({ token, encodingAESKey, appid: appid as string }),
      ),
    ),
    mode,
    source,
    ...stores,
    contextAge,
    ordering: checkChoice('ordering', options.ordering ?? 'serial', ORDERINGS),
    replyWindow: checkWindow(options.replyWindow ?? 4500),
    maxDeliveries: checkChoice('maxDeliveries', options.maxDeliveries ?? 3, [1, 2, 3]),
    pending: checkPending(options.pending),
    ...lateOptions(options),
    interrupts: createMatcher(options.interruptBy),
    maxRun: positive('maxRun', options.maxRun ?? 5 * 60_000),
    maxPending: positive('maxPending', options.maxPending ?? 10_000),
    maxQueued: positive('maxQueued', options.maxQueued ?? 50),
    retryOnError: optionalBoolean('retryOnError', options.retryOnError) ?? false,
    onError: optionalFunction('onError', options.onError),
    bodyLimit: positive('bodyLimit', options.bodyLimit ?? 256 * 1024),
    maxAge: options.maxAge === undefined ? undefined : positive('maxAge', options.maxAge),
    logger: told,
    clock,
  };
}

function checkSource(source: Source = 'signature', tokens: readonly string[]): Source {
  checkChoice('source', source, SOURCES);
  if (tokens.length > 0 || source === 'cloud') return source;
  throw new NeedParamError(`token is needed: the one in the console, ${CONSOLE.token}`);
}

/** Reads the lifetime of a conversation in seconds, after a save and after a message. */
function readContextAge(options: AccountOptions) {
  const contextAge = positive('contextAge', options.contextAge ?? 7200);
  const isRolling = optionalBoolean('contextRolling', options.contextRolling) ?? true;
  return { contextAge, rolling: isRolling ? contextAge : undefined };
}

/** Reads the options about late replies. */
function lateOptions(options: AccountOptions) {
  const { client, lateReply = client ? 'push' : 'drop' } = options;
  if (typeof lateReply !== 'function')
    checkChoice('lateReply', lateReply, ['push', 'hold', 'drop']);
  if (client && typeof client.message?.custom?.send !== 'function') {
    throw new InvalidArgumentError('client must be able to send: it has no message.custom.send()');
  }
  if (lateReply === 'push' && !client) {
    throw new NeedParamError("client is needed with lateReply: 'push'; it sends the late replies");
  }
  const keyword = options.holdKeyword;
  if (keyword !== undefined && (typeof keyword !== 'string' || keyword === '')) {
    throw new InvalidArgumentError('holdKeyword must be a string that is not empty');
  }
  return {
    client,
    lateReply,
    maxLateMessages: positive('maxLateMessages', options.maxLateMessages ?? 5),
    holdAge: positive('holdAge', options.holdAge ?? 600),
    holdKeyword: keyword,
    onUndelivered: optionalFunction('onUndelivered', options.onUndelivered),
    abortAtDeadline:
      optionalBoolean('abortAtDeadline', options.abortAtDeadline) ?? lateReply === 'drop',
  };
}

/** Milliseconds after which the platform closes the connection. */
const HANGS_UP = 5000;

function checkWindow(milliseconds: number): number {
  const replyWindow = positive('replyWindow', milliseconds);
  if (replyWindow <= HANGS_UP - 100) return replyWindow;
  throw new InvalidArgumentError(
    `replyWindow must be at most ${HANGS_UP - 100} ms, not ${replyWindow}: the platform hangs up after ${HANGS_UP}, and the answer has to reach it before that`,
  );
}

/** Checks a fixed `pending` reply at once, rather than at the first reply deadline. */
function checkPending(pending: WebhookOptions['pending']): WebhookOptions['pending'] {
  if (typeof pending !== 'function') replyTree(pending, { target: 'user', source: 'account' });
  return pending;
}

function createMatcher(by: WebhookOptions['interruptBy']): Account['interrupts'] {
  if (by === undefined || typeof by === 'function') return by;
  if (typeof by !== 'string' && !(by instanceof RegExp)) {
    throw new InvalidArgumentError('interruptBy must be a string, a RegExp or a function');
  }
  const isMatch = (text: string) =>
    typeof by === 'string' ? text.trim() === by : text.search(by) !== -1;
  return (message) => message.type === 'text' && isMatch(message.content);
}

/** The accounts of an endpoint. */
export interface AccountLookup {
  /** The only account, if there is one: its options are checked right away. */
  readonly only: Account | undefined;
  /** Returns the account of a request. */
  find(request: WebhookRequest): Promise<Account | undefined>;
  /**
   * Returns an account by its id.
   *
   * @throws {NeedParamError} when there are several, and none is named
   * @throws {InvalidArgumentError} when it is none of them
   */
  findById(id: string | undefined): Promise<Account>;
}

/** Maximum number of accounts that are remembered by id; the oldest are dropped first. */
const MAX_ACCOUNTS = 10_000;

export function createAccountLookup(
  options: string | AccountOptions | AccountResolver,
): AccountLookup {
  if (typeof options !== 'function') {
    const only = createAccount(options, {});
    const findById = async (id: string | undefined) => {
      if (id === undefined || id === only.id) return only;
      throw new InvalidArgumentError(`account must be ${only.id} here, or left out`);
    };
    return { only, find: async () => only, findById };
  }
  const accounts = new WeakMap<AccountOptions, Account>();
  const byId = new Map<string, Account>();
  const shared: Shared = {};
  const find = async (request: WebhookRequest) => {
    // Nothing is verified yet, so there is nothing to do with the body.
    const found = await options({
      ...request,
      body: undefined,
      get signal() {
        return request.signal;
      },
    });
    if (found === undefined || found === null) return undefined;
    if (typeof found !== 'object') {
      throw new InvalidArgumentError('an AccountResolver gives options, an object, or undefined');
    }
    const account = accounts.get(found) ?? createAccount(found, shared);
    // What only a token tells apart would be another account once the token is changed.
    if (!found.appid && !found.account) {
      throw new NeedParamError(
        'the options that an AccountResolver gives need `appid`, or `account`: a name of your own for the account, always the same one',
      );
    }
    if (!accounts.has(found)) {
      accounts.set(found, account);
      byId.delete(account.id);
      byId.set(account.id, account);
      const [oldest] = byId.keys();
      if (byId.size > MAX_ACCOUNTS) byId.delete(oldest as string);
    }
    return account;
  };
  const findById = async (id: string | undefined) => {
    if (typeof id !== 'string') {
      throw new NeedParamError('several accounts are served here: give { account, openid }');
    }
    const account =
      byId.get(id) ?? (await find({ method: 'GET', query: { account: id, appid: id } }));
    if (account?.id === id) return account;
    throw new InvalidArgumentError(
      'account is not known here: give its `appid`, else its option `account`, as its deliveries have it; the AccountResolver was asked for the query { account, appid }',
    );
  };
  return { only: undefined, find, findById };
}
