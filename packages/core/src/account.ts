import { MessageCipher } from './cipher.ts';
import type { Clock } from './clock.ts';
import { CONSOLE } from './console.ts';
import { MemoryContextStore } from './context/memory.ts';
import type { Ordering, TransactionOptions } from './context/transaction.ts';
import { MemoryDeliveryStore } from './delivery/memory.ts';
import type { DeliveryStore, Steps } from './delivery/store.ts';
import { InvalidArgumentError, NeedParamError } from './errors.ts';
import type { MessageClient, WebhookRequest } from './exchange.ts';
import { guardStores } from './guarded-stores.ts';
import { type Logger, ONLY_ACCOUNT, protect } from './logger.ts';
import type { Message } from './message/message.ts';
import { readOptions, refuseMissing } from './option-checks.ts';
import {
  type AccountOptions,
  type LateReply,
  type Mode,
  refuseMisspelt,
  type Source,
  WEBHOOK_OPTIONS,
  type WebhookOptions,
  warnOfUnknown,
} from './options.ts';
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

/** The stores that the accounts of one endpoint share. */
export interface SharedStores {
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
  /** Whether it is a text that interrupts: a RegExp or a function may match a question, too. */
  readonly hasStopWord: boolean;
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
export function createAccount(given: string | AccountOptions, shared: SharedStores): Account {
  const options = typeof given === 'string' ? { token: given } : given;
  if (typeof options !== 'object' || options === null) {
    throw new NeedParamError('missing options: the token, or an object with at least { token }');
  }
  refuseMisspelt(options);
  const { token, encodingAESKey, interruptBy, contextRolling, ...checked } = readOptions(
    WEBHOOK_OPTIONS,
    options,
  );
  const { appid, clock, contextAge, client } = checked;
  if (token.length === 0 && checked.source !== 'cloud') {
    refuseMissing('token', `from the WeChat console: ${CONSOLE.token}`);
  }
  const mode = chooseMode(checked.mode, encodingAESKey, appid);
  const lateReply = chooseLateReply(checked.lateReply, client);
  if (checked.holdKeyword !== undefined && lateReply !== 'hold') {
    throw new InvalidArgumentError("holdKeyword asks for held replies: give lateReply: 'hold' too");
  }
  const id = createAccountId(appid, checked.account);
  const logger = protect(checked.logger, id);
  warnOfUnknown(options, logger);
  return {
    ...checked,
    id,
    logger,
    mode,
    lateReply,
    tokens: token,
    ciphers: token.flatMap((one) =>
      encodingAESKey.map(
        (key) => new MessageCipher({ token: one, encodingAESKey: key, appid: appid as string }),
      ),
    ),
    ...guardStores({
      rolling: contextRolling ? contextAge : undefined,
      contexts: checked.contexts,
      deliveries: checked.deliveries,
      ownContexts: () =>
        (shared.contexts ??= new MemoryContextStore({
          logger: checked.logger,
          now: () => clock.wallTime(),
        })),
      ownDeliveries: () => (shared.deliveries ??= new MemoryDeliveryStore({ clock })),
    }),
    interrupts: interruptBy,
    hasStopWord: typeof options.interruptBy === 'string',
    abortAtDeadline: checked.abortAtDeadline ?? lateReply === 'drop',
  };
}

/** Whether a message says no more than that a stream is to end. */
export function isInterruption(account: Account, message: Message): boolean {
  return account.hasStopWord && account.interrupts?.(message) === true;
}

function createAccountId(appid: string | undefined, account: string | undefined): string {
  return (appid && account ? `${appid}/${account}` : appid || account) ?? ONLY_ACCOUNT;
}

function chooseMode(
  given: Mode | undefined,
  keys: readonly string[],
  appid: string | undefined,
): Mode {
  const mode = given ?? (keys.length > 0 ? 'safe' : 'plain');
  if (keys.length > 0 && !appid) refuseMissing('appid', 'encodingAESKey needs it');
  if (keys.length === 0 && mode !== 'plain') {
    refuseMissing('encodingAESKey', `the mode ${mode} needs it, and appid`);
  }
  return mode;
}

function chooseLateReply(given: LateReply | undefined, client: MessageClient | undefined) {
  const lateReply = given ?? (client ? 'push' : 'drop');
  if (lateReply === 'push' && !client) {
    refuseMissing('client', "it sends the late replies of lateReply: 'push'");
  }
  return lateReply;
}
