import { parse } from 'node:querystring';
import type { AccountResolver } from './account.ts';
import type { AccountOptions } from './options.ts';
import type { HandlersLike } from './router.ts';
import { findWaitUntil } from './wait-until.ts';
import { createWebhook, takeControls, type Webhook, type WebhookControls } from './webhook.ts';

export { InvalidArgumentError, NeedParamError } from './errors.ts';
export type { Webhook };

/** Answers WeChat's deliveries as a function from `Request` to `Response`. */
export interface FetchHandler extends WebhookControls {
  /**
   * `native` becomes `exchange.native`; default: the request. Where `native` or `context` has the
   * host's `waitUntil`, as Cloudflare's and Vercel's contexts have, it is passed the handlers and late
   * replies that go on after the response.
   */
  (request: Request, native?: unknown, context?: unknown): Promise<Response>;
}

/**
 * WeChat for every host that speaks `fetch`: Hono, Next.js, Bun, Deno, Cloudflare Workers.
 *
 * Takes what `createWebhook` takes. A request without a right signature is answered 401.
 *
 * @example
 * const answer = wechat('TOKEN', { text: (message) => `You said: ${message.content}` });
 * app.all('/wechat', (context) => answer(context.req.raw)); // Hono
 * export { answer as GET, answer as POST };                 // a route of Next.js
 * export default { fetch: answer };                         // Cloudflare Workers
 * @throws {NeedParamError} when an option is missing
 * @throws {InvalidArgumentError} when an option or a handler's name is wrong
 */
export function wechat(
  options: string | AccountOptions | AccountResolver,
  handlers: HandlersLike,
): FetchHandler {
  const webhook = createWebhook(options, handlers);
  const answer = async (request: Request, native: unknown = request, context?: unknown) => {
    const delivery = {
      method: request.method,
      query: parse(new URL(request.url).search.slice(1)),
      body: request.body ?? (request.bodyUsed ? undefined : ''),
      native,
      waitUntil: findWaitUntil(native, context),
      get path() {
        return new URL(request.url).pathname;
      },
      get headers() {
        return Object.fromEntries(request.headers);
      },
      get signal() {
        return request.signal;
      },
      isGone: () => request.signal.aborted,
    };
    const { status, headers, body } = await webhook.handle(delivery);
    return new Response(body, { status, headers });
  };
  return Object.assign(answer, takeControls(webhook));
}
