import { createOAuth, type OAuthOptions, type WechatLogin } from '@wechat-mp/core';
import { expose } from '@wechat-mp/core/adapter';
import type { FastifyPluginAsync } from 'fastify';
import plugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyRequest extends WechatLogin {}
}

/**
 * 网页授权 for Fastify: a plugin that signs the visitor in, `request.wechatUser`, for the
 * routes of the scope that it is registered in.
 *
 * A browser that is not known is sent to WeChat and comes back to the page that it asked for. Other
 * requests, such as a POST or a fetch for JSON, get 401. Errors go to the scope's error handler as
 * OAuthError, with a `statusCode` and a `reason`. With `trustHost` the address is Fastify's
 * `request.protocol` and `request.host`, which heed `trustProxy`.
 *
 * @example
 * app.register(async (shop) => {
 *   shop.register(wechatOAuth({ client, secret: process.env.SECRET, baseUrl: 'https://shop.example.com' }));
 *   shop.get('/shop', async (request) => `Hello ${request.wechatUser.openid}`);
 * });
 * @throws {NeedParamError} when client, secret or baseUrl is missing
 * @throws {InvalidArgumentError} when an option is wrong
 */
export function wechatOAuth(options: OAuthOptions): FastifyPluginAsync {
  const login = createOAuth(options);
  return plugin(async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      const { method, originalUrl: url, headers, protocol, host } = request;
      const origin = `${protocol}://${host}`;
      const { user, redirect } = await login.handle({ method, url, headers, origin });
      if (!redirect) return expose(request, 'wechatUser', user);
      reply.headers({ 'set-cookie': [...redirect.cookies], 'cache-control': 'no-store' });
      return reply.redirect(redirect.location);
    });
  });
}
