/** One app for each framework, every account under a prefix of its own. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import { getRequestListener } from '@hono/node-server';
import { type AccountOptions, createWebhook, type Handlers } from '@wechat-mp/core';
import { wechat as onFetch } from '@wechat-mp/core/fetch';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import express from 'express';
import express4 from 'express4';
import fastify, { type FastifyInstance } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import mount from 'koa-mount';
import Koa2 from 'koa2';
import { listen, listenFastify } from './http.ts';

/** Options and handlers by prefix. */
export type Mounts = Record<`/${string}`, readonly [options: AccountOptions, handlers: Handlers]>;

export interface Host {
  readonly name: string;
  /** Whether a request without a signature goes on to the app, which answers 404. */
  readonly passesOn: boolean;
  /** Starts the app and gives its address. */
  readonly start: (mounts: Mounts) => Promise<string>;
}

/** Both versions of a framework are used alike, though their types differ. */
export const expressVersions = {
  'Express 5': express,
  'Express 4': express4 as unknown as typeof express,
};
export const koaVersions = { 'Koa 3': Koa, 'Koa 2': Koa2 as unknown as typeof Koa };

export const hosts: readonly Host[] = [
  ...Object.entries(expressVersions).map(([name, create]) => ({
    name,
    passesOn: true,
    start: (mounts: Mounts) => listen(expressApp(mounts, create)),
  })),
  ...Object.entries(koaVersions).map(([name, App]) => ({
    name,
    passesOn: true,
    start: (mounts: Mounts) => listen(koaApp(mounts, App).callback()),
  })),
  {
    name: 'Fastify 5',
    passesOn: false,
    start: (mounts) => listenFastify(fastifyApp(mounts)),
  },
  {
    name: 'node:http',
    passesOn: false,
    start: (mounts) => listen(nodeListener(mounts)),
  },
  {
    name: 'Hono 4',
    passesOn: false,
    start: (mounts) => listen(getRequestListener(honoApp(mounts).fetch)),
  },
  {
    name: 'a route of Next.js',
    passesOn: false,
    start: (mounts) => listen(getRequestListener(findRoute(mounts))),
  },
];

export function expressApp(mounts: Mounts, create = express): express.Express {
  const app = create();
  for (const [prefix, args] of Object.entries(mounts)) app.use(prefix, onExpress(...args));
  return app;
}

export function koaApp(mounts: Mounts, App = Koa): Koa {
  const app = new App();
  app.silent = true;
  for (const [prefix, args] of Object.entries(mounts)) app.use(mount(prefix, onKoa(...args)));
  return app;
}

export function fastifyApp(mounts: Mounts): FastifyInstance {
  const app = fastify();
  for (const [prefix, args] of Object.entries(mounts)) app.register(onFastify(...args), { prefix });
  return app;
}

function honoApp(mounts: Mounts): Hono {
  const app = new Hono();
  for (const [prefix, args] of Object.entries(mounts)) {
    const answer = onFetch(...args);
    app.all(prefix, (context) => answer(context.req.raw, context));
  }
  return app;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** As `app/wechat/route.ts` exports them: a function for each method. */
function findRoute(mounts: Mounts) {
  const routes = new Map(
    Object.entries(mounts).map(([prefix, args]) => {
      const answer = onFetch(...args);
      return [prefix as string, Object.fromEntries(METHODS.map((method) => [method, answer]))];
    }),
  );
  return async (request: Request): Promise<Response> => {
    const route = routes.get(new URL(request.url).pathname);
    const answer = route?.[request.method];
    return answer?.(request) ?? new Response(null, { status: route ? 405 : 404 });
  };
}

function nodeListener(mounts: Mounts) {
  const webhooks = new Map(
    Object.entries(mounts).map(([prefix, args]) => [prefix, createWebhook(...args)]),
  );
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const [path = '', query = ''] = (req.url ?? '').split('?');
    const method = req.method ?? '';
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const { headers } = req;
    const request = { method, query: parse(query), headers, body: req, signal: gone.signal };
    const answer = await webhooks.get(path)?.handle(request);
    res.writeHead(answer?.status ?? 404, answer?.headers).end(answer?.body);
  };
}
