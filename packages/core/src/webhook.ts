import type { Account, AccountResolver } from './account.ts';
import { type AccountLookup, createAccountLookup } from './account-lookup.ts';
import { isPromise } from './awaitable.ts';
import { holdBody, isUnread, ownsConnection, readBody } from './body.ts';
import { systemClock } from './clock.ts';
import { checkPush, checkSender, openPush, readPush, writePushReply } from './cloud-source.ts';
import type { WechatContext } from './context/context.ts';
import { answerDelivery } from './delivery/answer.ts';
import { OrphanRecovery } from './delivery/orphans.ts';
import { Workload } from './delivery/workload.ts';
import { type Opened, openBody, openEcho, readQuery, sealReply, verifyQuery } from './envelope.ts';
import { RequestError, SignatureError } from './errors.ts';
import type { Answer, Exchange, WebhookRequest, WebhookResponse } from './exchange.ts';
import { type Message, toMessage } from './message/message.ts';
import { checkPositive } from './option-checks.ts';
import type { AccountOptions } from './options.ts';
import { printable } from './printable.ts';
import { readReleaseCode } from './release-code.ts';
import { SUCCESS } from './reply/parse.ts';
import { refuse, respond } from './response.ts';
import { createDispatch, type Dispatch, type HandlersLike } from './router.ts';
import { waitForSliceEnd } from './time-slice.ts';
import type { Tree } from './tree.ts';
import { guardWaitUntil } from './wait-until.ts';
import { type ContextOwner, openContext } from './with-context.ts';

/**
 * Runs an adapter's code around the handlers. `next()` returns their result, synchronously if they
 * are synchronous, so that the message of a fast handler waits for nothing.
 */
export type Around = (
  exchange: Exchange,
  next: () => Answer | Promise<Answer>,
) => Answer | Promise<Answer>;

/** Answers WeChat's deliveries. */
export interface Webhook {
  /**
   * Answers one request. Never rejects: every failure becomes a status and a line in the log.
   *
   * `around` is for adapters: it runs around the handlers, once the message is parsed.
   */
  handle(request: WebhookRequest, around?: Around): Promise<WebhookResponse>;
  /**
   * Stops, so that the process can exit. New deliveries are answered 503 at once: the platform
   * tries again, and another process answers. Work in progress is waited for: handlers, late
   * replies, saves. Whatever has not ended after `timeout` milliseconds (default: 10 000) is passed
   * to `onUndelivered`, a stream with what the user was given of it.
   */
  close(options?: { timeout?: number | undefined }): Promise<void>;
  /**
   * Opens a user's conversation when there is no message of theirs: in the callback of a payment, on a
   * page, by a timer. It is locked, loaded and saved as for a message, in its turn among the user's
   * messages. Gives what `use` gives, once it is saved; when `use` fails, nothing is.
   *
   * Where several accounts are served, `user` names one: its `appid`, else its option `account`. An
   * account that had no delivery here yet is asked of the AccountResolver, with the query
   * `{ account, appid }`. Not for a handler of the same user, which would wait for itself: that has
   * `exchange.context`.
   *
   * @example
   * await webhook.withContext(openid, (context) => context.set('paid', true));
   * @throws {NeedParamError} when the user, or the account, is missing
   * @throws {InvalidArgumentError} when the account is none that is served here
   * @throws {StoreError} when the store fails
   * @throws {ContextConflictError} when another process changed the conversation meanwhile
   * @throws {RunTooLongError} when `use` does not end within `maxRun`
   * @throws {RequestError} with `WECHAT_CLOSING` when the webhook is being closed
   */
  withContext<T>(user: ContextOwner, use: (context: WechatContext) => T | Promise<T>): Promise<T>;
  /** Whether it was created with handlers; without, `around` must answer. */
  readonly hasHandlers: boolean;
  /** Whether it accepts pushes of 微信云托管, which have no signature in their query. */
  readonly takesPushes: boolean;
}

/** The methods of a webhook besides answering requests. */
export type WebhookControls = Pick<Webhook, 'close' | 'withContext'>;

/** Returns the methods that an adapter adds to its middleware. */
export function takeControls(webhook: Webhook): WebhookControls {
  return {
    close: (closing) => webhook.close(closing),
    withContext: (user, use) => webhook.withContext(user, use),
  };
}

/**
 * Creates a webhook without a framework: requests and responses are values.
 *
 * @example
 * const webhook = createWebhook('TOKEN', { text: (message) => `You said: ${message.content}` });
 * const { status, headers, body } = await webhook.handle({ method, query, body });
 * @throws {NeedParamError} when an option is missing
 * @throws {InvalidArgumentError} when an option or a handler's name is wrong
 * @see https://developers.weixin.qq.com/doc/service/guide/dev/push/
 */
export function createWebhook(
  options: string | AccountOptions | AccountResolver,
  handlers?: HandlersLike,
): Webhook {
  const accounts = createAccountLookup(options);
  const dispatch = handlers === undefined ? () => undefined : createDispatch(handlers);
  const workload = new Workload();
  const recovery = handlers === undefined ? undefined : new OrphanRecovery(dispatch, workload);
  let closing: Promise<void> | undefined;

  return {
    hasHandlers: handlers !== undefined,
    takesPushes: accounts.only === undefined || accounts.only.source === 'cloud',
    async handle(request, around) {
      let account = accounts.only;
      try {
        checkMethod(request.method);
        const push = readPush(request);
        const query = push ? undefined : readQuery(request.query);
        account ??= await findAccount(accounts, request);
        if (!account)
          throw new RequestError('WECHAT_UNKNOWN_ACCOUNT', 'no account matches this request');
        refuseWhenClosing(workload);
        const at = account.clock.now();
        if (query) verifyQuery(account, query, request.method);
        else checkPush(account, request.method);
        if (query && request.method === 'GET') return respond(openEcho(account, query));

        const body = readBody(request.body, {
          limit: account.bodyLimit,
          milliseconds: account.replyWindow,
          clock: account.clock,
        });
        const text = isPromise(body) ? await body : body;
        const opened = query ? openBody(account, query, text) : openPush(text);
        if (!opened) return respond(SUCCESS);
        const message = toMessage(opened.fields, opened.raw);
        if (push) checkSender(push, message);
        checkTarget(account, message);
        refuseWhenClosing(workload);
        recovery?.notice(account);
        const answer: Dispatch = around
          ? (exchange) => around(exchange, () => dispatch(exchange))
          : dispatch;
        const waitUntil = guardWaitUntil(request.waitUntil, account.logger);
        const service = { account, workload, dispatch: answer, waitUntil };
        const answering = answerDelivery({ message, at, request }, service);
        const tree = isPromise(answering) ? await answering : answering;
        const response = createResponse(tree, opened, message, push !== undefined);
        const end = waitForSliceEnd();
        if (end) await end;
        return workload.isClosing ? endConnection(response, request) : response;
      } catch (error) {
        return refuse(error, account, request, isUnread(request.body));
      }
    },
    async withContext(user, use) {
      refuseWhenClosing(workload);
      const opened = openContext(user, use, accounts, workload);
      workload.track(opened.then(ignore, ignore));
      return opened;
    },
    async close({ timeout = CLOSE_TIMEOUT } = {}) {
      recovery?.stop();
      closing ??= workload.close(systemClock, checkPositive('timeout', timeout));
      await closing;
    },
  };
}

async function findAccount(
  accounts: AccountLookup,
  request: WebhookRequest,
): Promise<Account | undefined> {
  const release = holdBody(request.body);
  try {
    return await accounts.find(request);
  } finally {
    release();
  }
}

/** Creates the response with a reply, or without: `success`. */
function createResponse(
  tree: Tree | undefined,
  opened: Opened,
  message: Message,
  isPush: boolean,
): WebhookResponse {
  if (!tree) return respond(readReleaseCode(message) === undefined ? SUCCESS : '');
  return respond(isPush ? writePushReply(tree, opened) : sealReply(tree, opened), opened.format);
}

/** Lets a server that is about to close end the connection, which its client would keep for the next request. */
function endConnection(response: WebhookResponse, { body }: WebhookRequest): WebhookResponse {
  if (!ownsConnection(body)) return response;
  return { ...response, headers: { ...response.headers, connection: 'close' } };
}

const ignore = () => {};

/** Milliseconds. */
const CLOSE_TIMEOUT = 10_000;

/** Refuses a message to another account; some pushes of the platform name none. */
function checkTarget({ originalId }: Account, { target }: Message): void {
  if (originalId === undefined || target === originalId || target === '') return;
  throw new SignatureError('the delivery is for another account than originalId');
}

function checkMethod(method: string): void {
  if (method === 'GET' || method === 'POST') return;
  throw new RequestError(
    'WECHAT_METHOD_NOT_ALLOWED',
    `method ${printable(method, 20)} is not allowed`,
  );
}

function refuseWhenClosing({ isClosing }: Workload): void {
  if (isClosing) throw new RequestError('WECHAT_CLOSING', 'the webhook is closing');
}
