import {
  createOAuth,
  type OAuthOptions,
  type OAuthOutcome,
  type WechatLogin,
} from '@wechat-mp/core';
import { expose } from '@wechat-mp/core/adapter';
import type { RequestHandler } from 'express';

declare global {
  namespace Express {
    interface Request extends WechatLogin {}
  }
}

/**
 * 网页授权 for Express: middleware that signs the visitor in, `req.wechatUser`.
 *
 * A browser that is not known is sent to WeChat and comes back to the page that it asked for. Other
 * requests, such as a POST or a fetch for JSON, get 401. Errors go to the app's error handler as
 * OAuthError, with a `status` and a `reason`. With `trustHost` the protocol is Express's
 * `req.protocol`, which heeds the setting `trust proxy`.
 *
 * @example
 * app.use('/shop', wechatOAuth({ client, secret: process.env.SECRET, baseUrl: 'https://shop.example.com' }));
 * app.get('/shop', (req, res) => res.send(`Hello ${req.wechatUser.openid}`));
 * @throws {NeedParamError} when client, secret or baseUrl is missing
 * @throws {InvalidArgumentError} when an option is wrong
 */
export function wechatOAuth(options: OAuthOptions): RequestHandler {
  const login = createOAuth(options);
  return (req, res, next) => {
    const { method, originalUrl: url, headers } = req;
    const origin = `${req.protocol}://${req.get('host')}`;
    const outcome = login.handle({ method, url, headers, origin });
    const answer = ({ user, redirect }: OAuthOutcome) => {
      if (!redirect) {
        expose(req, 'wechatUser', user);
        return next();
      }
      res.append('Set-Cookie', [...redirect.cookies]).set('Cache-Control', 'no-store');
      res.redirect(redirect.location);
    };
    outcome.then(answer).catch(next);
  };
}
