import type { HandlersLike, ReplyLike } from '@wechat-mp/core';
import {
  type AdapterOptions,
  type Closable,
  expose,
  guard,
  mount,
  nodeRequest,
  sendResponse,
  type WechatRequest,
} from '@wechat-mp/core/adapter';
import type { RequestHandler } from 'express';

export * from '@wechat-mp/core';
export { wechatOAuth } from './oauth.ts';

declare global {
  namespace Express {
    interface Request extends WechatRequest {}
    interface Response {
      /** Answers the message when `wechat()` has no handlers. */
      readonly wechatReply: (reply: ReplyLike) => void;
    }
  }
}

/**
 * WeChat for Express: middleware that answers an Official Account's deliveries.
 *
 * Requests without a WeChat signature go on to the next middleware, so it can sit at the root.
 * Without handlers the next route answers, with `res.wechatReply(reply)`.
 *
 * @example
 * app.use('/wechat', wechat('TOKEN', { text: (message) => `You said: ${message.content}` }));
 */
export function wechat(options: AdapterOptions, handlers?: HandlersLike): Closable<RequestHandler> {
  const { accepts, controls, handle } = mount(options, handlers);
  const middleware: RequestHandler = async (req, res, next) => {
    guard([req], res);
    if (!accepts(req.url, req)) return next();

    const response = await handle(nodeRequest(req, res, req, req), [req], (answer) => {
      expose(res, 'wechatReply', answer);
      next();
    });
    sendResponse(res, response);
  };
  return Object.assign(middleware, controls);
}
