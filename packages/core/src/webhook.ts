import { type Account, type AccountResolver, createAccountLookup } from './account.ts';
import { readBody } from './body.ts';
import { Adoption } from './delivery/adoption.ts';
import { answerDelivery } from './delivery/window.ts';
import { openBody, openEcho, sealReply, verifyQuery } from './envelope.ts';
import { RequestError, SignatureError } from './errors.ts';
import type { Middleware, WebhookRequest, WebhookResponse } from './exchange.ts';
import { consoleLogger, protect } from './logger.ts';
import { toMessage } from './message/message.ts';
import type { WebhookOptions } from './options.ts';
import { SUCCESS } from './reply/render.ts';
import { refuse, respond } from './response.ts';
import { createDispatch, type Dispatch, type HandlersLike, surround } from './router.ts';

/** Answers the deliveries of WeChat. */
export interface Webhook {
  /**
   * Answers one request. Never rejects: whatever goes wrong becomes a status and a line in the log.
   *
   * `around` is for adapters: it runs around the handlers, once the message is parsed.
   */
  handle(request: WebhookRequest, around?: Middleware): Promise<WebhookResponse>;
  /** Whether it was made with handlers; without, `around` has to answer. */
  readonly hasHandlers: boolean;
}

/**
 * Makes a webhook that needs no framework: requests and responses are values.
 *
 * @example
 * const webhook = createWebhook('TOKEN', { text: (message) => `You said: ${message.content}` });
 * const { status, headers, body } = await webhook.handle({ method, query, body });
 * @throws {NeedParamError} when an option is missing
 * @throws {InvalidArgumentError} when an option or a handler's name is wrong
 * @see https://developers.weixin.qq.com/doc/service/guide/dev/push/
 */
export function createWebhook(
  options: string | WebhookOptions | AccountResolver,
  handlers?: HandlersLike,
): Webhook {
  const accountOf = createAccountLookup(options);
  const dispatch = handlers === undefined ? () => undefined : createDispatch(handlers);
  const adoption = handlers === undefined ? undefined : new Adoption(dispatch);

  return {
    hasHandlers: handlers !== undefined,
    async handle(request, around) {
      let logger = protect(consoleLogger);
      try {
        const account = await accountOf(request);
        if (!account) throw new RequestError('WECHAT_UNKNOWN_ACCOUNT', 'no account is known here');
        logger = account.logger;
        const answer = around ? surround(dispatch, around) : dispatch;
        return await deliver(request, account, answer, adoption);
      } catch (error) {
        return refuse(error, logger);
      }
    },
  };
}

/** The whole way of one delivery. */
async function deliver(
  request: WebhookRequest,
  account: Account,
  dispatch: Dispatch,
  adoption: Adoption | undefined,
): Promise<WebhookResponse> {
  if (request.method !== 'GET' && request.method !== 'POST') {
    throw new RequestError('WECHAT_METHOD_NOT_ALLOWED', `${request.method} is no delivery`);
  }
  const at = account.clock.now();
  const signed = verifyQuery(account, request.query);
  if (request.method === 'GET') return respond(openEcho(account, signed, request.query));

  const body = await readBody(request.body, {
    limit: account.bodyLimit,
    milliseconds: account.replyWindow,
    clock: account.clock,
  });
  const opened = openBody(account, signed, body);
  const message = toMessage(opened.fields, opened.raw);
  if (account.originalId !== undefined && message.target !== account.originalId) {
    throw new SignatureError('the delivery is for another account than originalId says');
  }

  adoption?.notice(account);
  const { native, signal } = request;
  const tree = await answerDelivery({ message, at, native, signal }, account, dispatch);
  return tree ? respond(sealReply(tree, opened), opened.format) : respond(SUCCESS);
}
