import { createOAuth, type OAuthOptions, type WechatLogin } from '@wechat-mp/core';
import { expose } from '@wechat-mp/core/adapter';
import type { Middleware } from 'koa';

declare module 'koa' {
  interface ExtendableContext extends WechatLogin {}
}
declare module 'http' {
  interface IncomingMessage extends WechatLogin {}
}

/**
 * 网页授权 for Koa: middleware that signs the visitor in, `ctx.wechatUser`.
 *
 * A browser that is not known is sent to WeChat and comes back to the page that it asked for. Other
 * requests, such as a POST or a fetch for JSON, get 401. Errors are thrown to the middleware before
 * it as OAuthError, with a `status` and a `reason`. With `trustHost` the address is Koa's
 * `ctx.protocol` and `ctx.host`, which heed `app.proxy`.
 *
 * @example
 * app.use(wechatOAuth({ client, secret: process.env.SECRET, baseUrl: 'https://shop.example.com' }));
 * app.use((ctx) => { ctx.body = `Hello ${ctx.wechatUser.openid}`; });
 * @throws {NeedParamError} when client, secret or baseUrl is missing
 * @throws {InvalidArgumentError} when an option is wrong
 */
export function wechatOAuth(options: OAuthOptions): Middleware {
  const login = createOAuth(options);
  return async (ctx, next) => {
    const { method, originalUrl: url, headers } = ctx;
    // Koa 3 has the Origin header in `ctx.origin`, Koa 2 the address.
    const origin = `${ctx.protocol}://${ctx.host}`;
    const { user, redirect } = await login.handle({ method, url, headers, origin });
    if (!redirect) {
      for (const target of [ctx, ctx.req]) expose(target, 'wechatUser', user);
      return next();
    }
    ctx.append('Set-Cookie', [...redirect.cookies]);
    ctx.set('Cache-Control', 'no-store');
    ctx.redirect(redirect.location);
  };
}
