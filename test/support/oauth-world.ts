/** Apps with a login on every framework, with a browser that visits them and WeChat's side. */
import type { OAuthOptions } from '@wechat-mp/core';
import { wechatOAuth as onExpress } from '@wechat-mp/express';
import { wechatOAuth as onFastify } from '@wechat-mp/fastify';
import { wechatOAuth as onKoa } from '@wechat-mp/koa';
import type express from 'express';
import fastify from 'fastify';
import type Koa from 'koa';
import mount from 'koa-mount';
import { Browser, type Page } from './browser.ts';
import { expressVersions, koaVersions } from './hosts.ts';
import { listen, listenFastify } from './http.ts';
import { type OAuthPlatform, profile, startOAuthPlatform } from './oauth-platform.ts';

export const secret = 'a secret of the tests, not short';

/** Told of each error that reaches the app; undefined leaves it to the framework. */
type Seen = ((error: unknown) => void) | undefined;
/**
 * Starts an app with the login at /shop, whose pages say who looks and at what; a cookie of the app
 * is set before the login.
 */
export type Start = (options: OAuthOptions, seen: Seen) => Promise<string>;
export const OWN_COOKIE = 'own=1; Path=/';
const refusal = (error: unknown) => `refused: ${(error as { reason?: string }).reason}`;
const getStatus = (error: unknown) => (error as { status?: number }).status ?? 500;

const startExpress =
  (create: typeof express): Start =>
  (options, seen) => {
    const app = create();
    app.use((_req, res, next) => {
      res.append('Set-Cookie', OWN_COOKIE);
      next();
    });
    app.use('/shop', onExpress(options));
    app.use('/shop', (req, res) => void res.json({ user: req.wechatUser, url: req.originalUrl }));
    app.use((_req, res) => void res.send('open to all'));
    app.use(((error, _req, res, next) => {
      if (!seen) return next(error);
      seen(error);
      res.status(getStatus(error)).send(refusal(error));
    }) as express.ErrorRequestHandler);
    app.set('env', 'test');
    return listen(app);
  };

const startKoa =
  (App: typeof Koa): Start =>
  (options, seen) => {
    const app = new App();
    app.silent = true;
    app.use(async (ctx, next) => {
      ctx.append('Set-Cookie', OWN_COOKIE);
      try {
        await next();
      } catch (error) {
        if (!seen) throw error;
        seen(error);
        ctx.status = getStatus(error);
        ctx.body = refusal(error);
      }
    });
    app.use(mount('/shop', onKoa(options)));
    app.use(async (ctx) => {
      if (!ctx.originalUrl.startsWith('/shop')) return void (ctx.body = 'open to all');
      const user = ctx.wechatUser === ctx.req.wechatUser ? ctx.wechatUser : 'not the same';
      ctx.body = { user, url: ctx.originalUrl };
    });
    return listen(app.callback());
  };

const startFastify: Start = (options, seen) => {
  const app = fastify();
  if (seen) {
    app.setErrorHandler((error, _request, reply) => {
      seen(error);
      return reply.code(getStatus(error)).send(refusal(error));
    });
  }
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('set-cookie', OWN_COOKIE);
  });
  app.register(async (shop) => {
    shop.register(onFastify(options));
    shop.all('/shop', async ({ wechatUser: user, originalUrl: url }) => ({ user, url }));
    shop.all('/shop/*', async ({ wechatUser: user, originalUrl: url }) => ({ user, url }));
  });
  app.all('/*', async () => 'open to all');
  return listenFastify(app);
};

export const frameworks: Record<string, Start> = {
  'Express 5': startExpress(expressVersions['Express 5']),
  'Express 4': startExpress(expressVersions['Express 4']),
  'Koa 3': startKoa(koaVersions['Koa 3']),
  'Koa 2': startKoa(koaVersions['Koa 2']),
  'Fastify 5': startFastify,
};

export interface World {
  readonly origin: string;
  readonly platform: OAuthPlatform;
  readonly browser: Browser;
  /** Cookies that the browser keeps for the app. */
  readonly jar: Map<string, string>;
  readonly errors: unknown[];
  readonly clock: { ms: number };
  /** The browser asks for a page; the login's page sends it back; gives the address with the code. */
  readonly comeBack: (address: string) => Promise<string>;
}

/** Starts an app, the platform and a browser; the app handles errors itself unless told otherwise. */
export async function openWorld(
  start: Start,
  options: Partial<OAuthOptions> = {},
  handlesErrors = true,
): Promise<World> {
  const platform = await startOAuthPlatform();
  const clock = { ms: Date.now() };
  const errors: unknown[] = [];
  const given = { client: platform.client, secret, trustHost: true, now: () => clock.ms };
  const see = handlesErrors ? (error: unknown) => void errors.push(error) : undefined;
  const origin = await start({ ...given, ...options }, see);
  const { host } = new URL(origin);
  platform.domain = host;
  const browser = new Browser();
  const comeBack = async (address: string) => {
    const { location } = await browser.ask(`${origin}${address}`);
    return (await browser.ask(location as string)).location as string;
  };
  return { origin, platform, browser, jar: browser.jar(host), errors, clock, comeBack };
}

/** The user's profile, by scope. */
const { openid, unionid, nickname, headimgurl } = profile;
export const base = { openid, scope: 'snsapi_base' };
export const full = { openid, unionid, nickname, headimgurl, scope: 'snsapi_userinfo' };

/** Returns the content of a page of the app. */
export const shown = (page: Page): { user: unknown; url: string } => JSON.parse(page.body);
