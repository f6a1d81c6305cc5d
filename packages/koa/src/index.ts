import type { HandlersLike, ReplyLike } from '@wechat-mp/core';
import {
  type AdapterOptions,
  type Closable,
  expose,
  guard,
  mount,
  nodeRequest,
  type WechatRequest,
} from '@wechat-mp/core/adapter';
import type { Middleware } from 'koa';

export * from '@wechat-mp/core';
export { wechatOAuth } from './oauth.ts';

declare module 'koa' {
  interface ExtendableContext extends WechatRequest {
    /** Answers the message when `wechat()` has no handlers. */
    readonly wechatReply: (reply: ReplyLike) => void;
  }
}
declare module 'http' {
  interface IncomingMessage extends WechatRequest {}
}

/**
 * WeChat for Koa: middleware that answers an Official Account's deliveries.
 *
 * Requests without a WeChat signature go on to the next middleware, so it can sit at the root.
 * Without handlers the next middleware answers, with `ctx.wechatReply(reply)`.
 *
 * @example
 * app.use(wechat({ token: 'TOKEN', path: '/wechat' }, { text: (message) => message.content }));
 */
export function wechat(options: AdapterOptions, handlers?: HandlersLike): Closable<Middleware> {
  const { accepts, controls, handle } = mount(options, handlers);
  const middleware: Middleware = async (ctx, next) => {
    guard([ctx, ctx.req], ctx);
    if (!accepts(ctx.url, ctx.req)) return next();

    const request = nodeRequest(ctx.req, ctx.res, ctx, ctx.request);
    let isAnswered = false;
    const { status, headers, body } = await handle(request, [ctx, ctx.req], async (answer) => {
      expose(ctx, 'wechatReply', answer);
      await next();
      isAnswered = ctx.body !== undefined;
      answer(undefined);
    });
    if (isAnswered) return;
    ctx.status = status;
    ctx.set(headers);
    ctx.body = body;
  };
  return Object.assign(middleware, controls);
}
