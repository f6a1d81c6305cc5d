/** The types of the login. tsc checks them, with `npm run types`; nothing runs. */
import {
  createOAuth,
  type OAuthClient,
  type OAuthErrorReason,
  type OAuthOptions,
  type WechatUser,
} from '@wechat-mp/core';
import { wechatOAuth as forExpress } from '@wechat-mp/express';
import { wechatOAuth as forFastify } from '@wechat-mp/fastify';
import { wechatOAuth as forKoa } from '@wechat-mp/koa';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(equal: Equal<A, B>): void;

declare const client: OAuthClient;
const options: OAuthOptions = { client, secret: 'a secret', baseUrl: 'https://shop.example.com' };

const app = express();
app.use('/shop', forExpress(options));
app.get('/shop', (req) => {
  same<typeof req.wechatUser, WechatUser>(true);
  // @ts-expect-error -- nobody else says who the user is
  req.wechatUser = { openid: '1', scope: 'snsapi_base' };
});

const koa = new Koa();
koa.use(forKoa(options));
koa.use((ctx) => {
  same<typeof ctx.wechatUser, WechatUser>(true);
  same<typeof ctx.req.wechatUser, WechatUser>(true);
});

const server = fastify();
server.register(forFastify(options));
server.get('/shop', async ({ wechatUser }) => {
  same<typeof wechatUser, WechatUser>(true);
  same<typeof wechatUser.nickname, string | undefined>(true);
  // @ts-expect-error -- tokens do not go to pages
  return wechatUser.access_token;
});

forExpress({ client, secret: ['new', 'old'], trustHost: true, scope: 'snsapi_userinfo' });
forKoa({ ...options, scope: 'snsapi_login', lang: 'en' });
forExpress({ ...options, scope: undefined, lang: undefined, cookie: { maxAge: undefined } });
// @ts-expect-error -- the client is missing
forExpress({ secret: 'a secret' });
// @ts-expect-error -- the secret is missing
forKoa({ client });
// @ts-expect-error -- the scope is wrong
forFastify({ ...options, scope: 'snsapi_privateinfo' });
// @ts-expect-error -- a strict cookie does not come back
forExpress({ ...options, cookie: { sameSite: 'strict' } });
// @ts-expect-error -- the name of the option is baseUrl
forExpress({ client, secret: 'a secret', baseURL: 'https://shop.example.com' });

const { user, redirect } = await createOAuth(options).handle({
  method: 'GET',
  url: '/shop',
  headers: { cookie: 'a=1' },
});
if (redirect) same<typeof user, undefined>(true);
else same<typeof user, WechatUser>(true);
same<OAuthErrorReason extends string ? true : false, true>(true);

/** A client whose methods know more than the login asks for. */
createOAuth({
  ...options,
  client: {
    appid: 'wx',
    oauth2: {
      buildAuthorizeUrl: (query: { redirect_uri: string; scope: string; state?: string }) =>
        query.redirect_uri,
      getAccessToken: async (query: { code: string }) => ({
        access_token: query.code,
        expires_in: 7200,
        refresh_token: '1',
        openid: '1',
        scope: 'snsapi_base',
      }),
      getUserInfo: async () => ({ openid: '1', nickname: '', headimgurl: '', sex: 0 }),
    },
  },
});
