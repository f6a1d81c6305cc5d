import { MessageCipher } from './cipher.ts';
import { MemoryContextStore } from './context/memory.ts';
import type { Ordering, SessionOptions } from './context/session.ts';
import type { ContextStore } from './context/store.ts';
import { Turns } from './context/turns.ts';
import { InvalidArgumentError, NeedParamError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import { consoleLogger, type Logger, protect } from './logger.ts';
import type { ErrorHandler } from './router.ts';

const MODES = ['plain', 'compatible', 'safe'] as const;
/** 消息加解密方式 in the console: 明文模式, 兼容模式, 安全模式. */
export type Mode = (typeof MODES)[number];

const ORDERINGS = ['serial', 'parallel'] as const satisfies Ordering[];

/** How one account's deliveries are checked and answered. */
export interface WebhookOptions {
  /** The token of the console's server configuration. Several while it is being changed. */
  token: string | readonly string[];
  /** The account's AppID. Needed with `encodingAESKey`. */
  appid?: string | undefined;
  /** The console's 消息加解密密钥, 43 characters. Several while it is being changed. */
  encodingAESKey?: string | readonly string[] | undefined;
  /** Which deliveries are accepted. Default: `safe` when a key is given, else `plain`. */
  mode?: Mode | undefined;
  /** Where conversations are kept. Default: the memory of this process. */
  contexts?: ContextStore | undefined;
  /** Seconds for which a conversation is kept after it was last saved. Default: 7200. */
  contextAge?: number | undefined;
  /** Whether messages of one user run one after another, also across processes. Default: `serial`. */
  ordering?: Ordering | undefined;
  /** Milliseconds to wait for a handler before answering `success`. Default: 4500. */
  replyWindow?: number | undefined;
  /**
   * Answers instead of a handler that failed. Default: log the error, answer `success`. When the
   * context store failed, throwing the error on lets the platform try again, as without `onError`.
   */
  onError?: ErrorHandler | undefined;
  /** The largest body that is read, in bytes. Default: 1 MiB. */
  bodyLimit?: number | undefined;
  /** Seconds for which a signed delivery stays valid. Default: for ever. */
  maxAge?: number | undefined;
  /** Default: warnings and errors to the console. */
  logger?: Logger | undefined;
}

/**
 * Finds the account that a request is for, when one endpoint serves several; undefined answers 404.
 *
 * Give the same object for the same account each time: it is checked only once.
 *
 * @example
 * createWebhook((request) => accounts.get(String(request.query.account)), handlers)
 */
export type AccountResolver = (
  request: WebhookRequest,
) => WebhookOptions | undefined | Promise<WebhookOptions | undefined>;

/** Checked options. */
export interface Account extends SessionOptions {
  readonly tokens: readonly string[];
  /** One for each token and key. */
  readonly ciphers: readonly MessageCipher[];
  readonly mode: Mode;
  readonly replyWindow: number;
  readonly onError: ErrorHandler | undefined;
  readonly bodyLimit: number;
  readonly maxAge: number | undefined;
  readonly logger: Logger;
}

/** Checks the options of an account. */
function createAccount(
  given: string | WebhookOptions,
  shared: Pick<Account, 'turns'> & { contexts?: ContextStore },
): Account {
  const options = typeof given === 'string' ? { token: given } : given;
  if (typeof options !== 'object' || options === null) {
    throw new NeedParamError('options are needed: the token, or an object with at least { token }');
  }
  const tokens = textsOf('token', options.token);
  const keys = textsOf('encodingAESKey', options.encodingAESKey);
  const { appid, logger = consoleLogger, mode = keys.length > 0 ? 'safe' : 'plain' } = options;

  if (tokens.length === 0) throw new NeedParamError('token is needed: the one in the console');
  if (!MODES.includes(mode)) {
    throw new InvalidArgumentError(`mode must be one of ${MODES.join(', ')}`);
  }
  const { ordering = 'serial' } = options;
  if (!ORDERINGS.includes(ordering)) {
    throw new InvalidArgumentError(`ordering must be one of ${ORDERINGS.join(', ')}`);
  }
  if (appid !== undefined && typeof appid !== 'string') {
    throw new InvalidArgumentError('appid must be a string');
  }
  for (const level of ['error', 'warn', 'info', 'debug'] as const) {
    if (typeof logger?.[level] === 'function') continue;
    throw new InvalidArgumentError(
      `logger needs the methods error, warn, info and debug, as pino has`,
    );
  }
  checkNames(options, logger);
  if (keys.length > 0 && !appid) throw new NeedParamError('appid is needed with encodingAESKey');
  if (keys.length === 0 && mode !== 'plain') {
    throw new NeedParamError(`encodingAESKey and appid are needed in the mode ${mode}`);
  }
  return {
    tokens,
    ciphers: tokens.flatMap((token) =>
      keys.map(
        (encodingAESKey) => new MessageCipher({ token, encodingAESKey, appid: appid as string }),
      ),
    ),
    mode,
    contexts:
      checkStore(options.contexts) ?? (shared.contexts ??= new MemoryContextStore({ logger })),
    contextAge: positive('contextAge', options.contextAge ?? 7200),
    ordering,
    turns: shared.turns,
    replyWindow: positive('replyWindow', options.replyWindow ?? 4500),
    onError: optionalFunction('onError', options.onError),
    bodyLimit: positive('bodyLimit', options.bodyLimit ?? 1024 * 1024),
    maxAge: options.maxAge === undefined ? undefined : positive('maxAge', options.maxAge),
    logger: protect(logger),
  };
}

/** Finds the account of a request; the one account's options are checked right away. */
export function createAccountLookup(
  options: string | WebhookOptions | AccountResolver,
): (request: WebhookRequest) => Account | undefined | Promise<Account | undefined> {
  if (typeof options !== 'function') {
    const account = createAccount(options, { turns: new Turns() });
    return () => account;
  }
  const accounts = new WeakMap<WebhookOptions, Account>();
  const shared = { turns: new Turns() };
  return async (request) => {
    const found = await options(request);
    if (found === undefined || found === null) return undefined;
    if (typeof found !== 'object') {
      throw new InvalidArgumentError('an AccountResolver gives options, an object, or undefined');
    }
    const account = accounts.get(found) ?? createAccount(found, shared);
    accounts.set(found, account);
    return account;
  };
}

const NAMES: Record<keyof WebhookOptions, true> = {
  token: true,
  appid: true,
  encodingAESKey: true,
  mode: true,
  contexts: true,
  contextAge: true,
  ordering: true,
  replyWindow: true,
  onError: true,
  bodyLimit: true,
  maxAge: true,
  logger: true,
};

/** `encodingAesKey` would leave an account unencrypted without a word. */
function checkNames(options: object, logger: Logger): void {
  for (const given of Object.keys(options)) {
    if (given in NAMES) continue;
    const name = Object.keys(NAMES).find((known) => known.toLowerCase() === given.toLowerCase());
    if (name) throw new InvalidArgumentError(`the option ${given} is spelt ${name}`);
    logger.warn({ option: given }, `the option ${given} is not known and has no effect`);
  }
}

function textsOf(name: string, value: string | readonly string[] | undefined): readonly string[] {
  const texts = value === undefined || value === null ? [] : [value].flat();
  if (texts.some((text) => typeof text !== 'string' || text === '')) {
    throw new InvalidArgumentError(
      `${name} must be a string that is not empty, or several of them`,
    );
  }
  return texts;
}

function checkStore(store: ContextStore | undefined): ContextStore | undefined {
  const methods = ['load', 'save', 'delete', 'renew', 'release', 'clearExpired'] as const;
  const missing = store && methods.find((method) => typeof store[method] !== 'function');
  if (!missing) return store;
  throw new InvalidArgumentError(
    `contexts is no ContextStore: it has no ${missing}(). What redisStores gives is spread into the options`,
  );
}

/** The longest that Node's timers wait. */
const MAX_NUMBER = 2 ** 31 - 1;

function positive(name: string, value: number): number {
  if (typeof value === 'number' && value > 0 && value <= MAX_NUMBER) return value;
  throw new InvalidArgumentError(`${name} must be a number above 0 and at most ${MAX_NUMBER}`);
}

function optionalFunction<F>(name: string, value: F): F {
  if (value === undefined || typeof value === 'function') return value;
  throw new InvalidArgumentError(`${name} must be a function`);
}
