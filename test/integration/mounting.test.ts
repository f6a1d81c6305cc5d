/** The places where a webhook can be mounted, without effects on the rest of the app. */

import { EventEmitter, once } from 'node:events';
import { afterAll, describe, expect, it } from '@jest/globals';
import Router from '@koa/router';
import { createWebhook } from '@wechat-mp/core';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import express from 'express';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import Koa from 'koa';
import mount from 'koa-mount';
import {
  closeServers,
  type HttpAnswer,
  listen,
  listenFastify,
  recorder,
  send,
} from '../support/http.ts';
import * as platform from '../support/platform.ts';

afterAll(closeServers);

const account = { token: 'MountingToken', logger: recorder().logger };
const other = { ...account, token: 'OtherToken' };
const sayName = (name: string) => ({ text: () => `from ${name}` });
const bot = sayName('the bot');

const hello = platform.userMessage('text', { Content: 'hello' });

/** Returns the answer of the webhook at an address, or its status when that is not a reply. */
async function ask(address: string, { token } = account, query = {}): Promise<unknown> {
  const delivery = platform.plain({ token }, hello);
  const sent = { ...delivery, query: { ...delivery.query, ...query } };
  const answer = await send(address, sent);
  if (answer.status !== 200) return answer.status;
  return (platform.readAnswer({ token }, delivery, answer) as platform.Fields)['Content'];
}

const visit = (
  address: string,
  method = 'GET',
  body?: string,
  contentType?: string,
): Promise<HttpAnswer> =>
  send(address, { method, query: {}, body, ...(contentType && { contentType }) });

const inExpress = (set: (app: express.Express) => void) => () => {
  const app = express();
  set(app);
  app.all('/other', (req, res) => void res.send(`other ${req.method}`));
  return listen(app);
};
const inKoa = (set: (app: Koa) => void) => () => {
  const app = new Koa();
  set(app);
  app.use((ctx) => {
    if (ctx.path === '/other') ctx.body = `other ${ctx.method}`;
  });
  return listen(app.callback());
};
const inFastify = (set: (app: FastifyInstance) => void) => () => {
  const app = fastify();
  set(app);
  for (const method of ['GET', 'POST'] as const) {
    app.route({ method, url: '/other', handler: async () => `other ${method}` });
  }
  return listenFastify(app);
};

const path = '/wechat';
const places: Record<string, readonly [start: () => Promise<string>, path: string]> = {
  'Express at the root': [inExpress((app) => app.use(onExpress(account, bot))), '/'],
  'Express at the root, any path': [
    inExpress((app) => app.use(onExpress(account, bot))),
    '/any/where',
  ],
  'Express under a prefix': [inExpress((app) => app.use(path, onExpress(account, bot))), path],
  'Express under a prefix, with a slash': [
    inExpress((app) => app.use(path, onExpress(account, bot))),
    '/wechat/',
  ],
  'Express with path': [inExpress((app) => app.use(onExpress({ ...account, path }, bot))), path],
  'Express as a route': [inExpress((app) => app.all(path, onExpress(account, bot))), path],
  'Express Router': [
    inExpress((app) => app.use('/api', express.Router().use(path, onExpress(account, bot)))),
    '/api/wechat',
  ],
  'Express given a webhook': [
    inExpress((app) => app.use(path, onExpress(createWebhook(account, bot)))),
    path,
  ],
  'Koa at the root': [inKoa((app) => app.use(onKoa(account, bot))), '/'],
  'Koa with path': [inKoa((app) => app.use(onKoa({ ...account, path }, bot))), path],
  'koa-mount': [inKoa((app) => app.use(mount(path, onKoa(account, bot)))), path],
  '@koa/router': [
    inKoa((app) => app.use(new Router().all(path, onKoa(account, bot)).routes())),
    path,
  ],
  'a nested @koa/router': [
    inKoa((app) => {
      const inner = new Router().all(path, onKoa(account, bot));
      app.use(new Router().use('/api', inner.routes()).routes());
    }),
    '/api/wechat',
  ],
  'Koa given a webhook': [
    inKoa((app) => app.use(mount(path, onKoa(createWebhook(account, bot))))),
    path,
  ],
  'Fastify at the root': [inFastify((app) => void app.register(onFastify(account, bot))), '/'],
  'Fastify under a prefix': [
    inFastify((app) => void app.register(onFastify(account, bot), { prefix: path })),
    path,
  ],
  'Fastify with path': [
    inFastify((app) => void app.register(onFastify({ ...account, path }, bot))),
    path,
  ],
  'Express with a Chinese path': [
    inExpress((app) => app.use(onExpress({ ...account, path: '/微信' }, bot))),
    '/微信',
  ],
  'Koa with a Chinese path': [
    inKoa((app) => app.use(onKoa({ ...account, path: '/微信' }, bot))),
    '/微信',
  ],
  'Fastify with a Chinese path': [
    inFastify((app) => void app.register(onFastify({ ...account, path: '/微信' }, bot))),
    '/微信',
  ],
  'Fastify given a webhook': [
    inFastify((app) => void app.register(onFastify(createWebhook(account, bot)), { prefix: path })),
    path,
  ],
};

describe.each(Object.entries(places))('%s', (_name, [start, at]) => {
  it('answers deliveries, and lets unsigned requests reach the other routes', async () => {
    const origin = await start();
    expect(await ask(origin + at)).toBe('from the bot');
    expect(await visit(`${origin}/other`)).toMatchObject({ status: 200, body: 'other GET' });
    expect(await visit(`${origin}/other`, 'POST', '{}', 'application/json')).toMatchObject({
      status: 200,
      body: 'other POST',
    });
    expect(await ask(origin + at, other)).toBe(401);
  });
});

const withPath = Object.entries(places).filter(([name]) => name.includes('with path'));
it.each(withPath)('%s answers at no other path', async (_name, [start]) => {
  const origin = await start();
  expect(await ask(`${origin}/elsewhere`)).toBe(404);
  expect(await ask(`${origin}/wechat/below`)).toBe(404);
});

it.each(['wechat', '/wechat?account=shop', '/wechat#here', ''])(
  'a path that is none is refused: %j',
  (given) => {
    for (const adapter of [onExpress, onKoa, onFastify]) {
      expect(() => adapter({ ...account, path: given }, bot)).toThrow('path must start with /');
    }
  },
);

describe('an adapter in another framework says so', () => {
  const inAnother: Record<string, () => Promise<unknown>> = {
    'Express’ in Koa': async () => {
      const app = new Koa().use(onExpress(account, bot) as never);
      const [[error]] = await Promise.all([
        once(app, 'error'),
        visit(await listen(app.callback())),
      ]);
      return error;
    },
    'Koa’s in Express': async () => {
      const failed = new EventEmitter();
      const app = express().use(onKoa(account, bot) as never);
      app.use(((error, _req, res, _next) => {
        res.end();
        failed.emit('failed', error);
      }) as express.ErrorRequestHandler);
      const [[error]] = await Promise.all([once(failed, 'failed'), visit(await listen(app))]);
      return error;
    },
    'Koa’s in Fastify': async () => {
      const app = fastify();
      app.register(onKoa(account, bot) as never);
      return app.ready().then(undefined, (error: unknown) => error);
    },
  };
  it.each(Object.entries(inAnother))('%s', async (_, fail) => {
    const error = await fail();
    expect(error).toMatchObject({ code: 'WECHAT_INVALID_ARGUMENT' });
    expect(String(error)).toContain('wechat() was called by another framework');
  });
});

const two: Record<string, () => Promise<string>> = {
  'Express, prefixes': inExpress((app) =>
    app.use('/a', onExpress(account, sayName('a'))).use('/b', onExpress(other, sayName('b'))),
  ),
  'Express, path': inExpress((app) =>
    app
      .use(onExpress({ ...account, path: '/a' }, sayName('a')))
      .use(onExpress({ ...other, path: '/b' }, sayName('b'))),
  ),
  'Koa, koa-mount': inKoa((app) =>
    app.use(mount('/a', onKoa(account, sayName('a')))).use(mount('/b', onKoa(other, sayName('b')))),
  ),
  'Koa, path': inKoa((app) =>
    app
      .use(onKoa({ ...account, path: '/a' }, sayName('a')))
      .use(onKoa({ ...other, path: '/b' }, sayName('b'))),
  ),
  'Fastify, prefixes': inFastify((app) => {
    app.register(onFastify(account, sayName('a')), { prefix: '/a' });
    app.register(onFastify(other, sayName('b')), { prefix: '/b' });
  }),
};
it.each(Object.entries(two))('two accounts do not mix: %s', async (_name, start) => {
  const origin = await start();
  expect(await ask(`${origin}/a`)).toBe('from a');
  expect(await ask(`${origin}/b`, other)).toBe('from b');
  expect(await ask(`${origin}/a`, other)).toBe(401);
  expect(await ask(`${origin}/b`)).toBe(401);
});

const accounts = new Map<unknown, typeof account & { account: string }>([
  ['shop', { ...account, account: 'shop' }],
  ['club', { ...other, account: 'club' }],
]);
const resolve = (request: { query: Record<string, unknown> }) =>
  accounts.get(request.query['account']);
const resolving: Record<string, () => Promise<string>> = {
  Express: inExpress((app) => app.use('/wechat', onExpress(resolve, bot))),
  Koa: inKoa((app) => app.use(mount('/wechat', onKoa(resolve, bot)))),
  Fastify: inFastify((app) => void app.register(onFastify(resolve, bot), { prefix: '/wechat' })),
};
it.each(Object.entries(resolving))(
  'a resolver finds the account by the query: %s',
  async (_name, start) => {
    const address = `${await start()}/wechat`;
    expect(await ask(address, account, { account: 'shop' })).toBe('from the bot');
    expect(await ask(address, other, { account: 'club' })).toBe('from the bot');
    expect(await ask(address, account, { account: 'club' })).toBe(401);
    expect(await ask(address, account, { account: 'none' })).toBe(404);
  },
);

/** The app's own ways to read text/xml. */
const parsers: Record<string, (app: FastifyInstance) => unknown> = {
  none: () => {},
  string: (app) =>
    app.addContentTypeParser('text/xml', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    ),
  object: (app) =>
    app.addContentTypeParser('text/xml', { parseAs: 'string' }, (_request, body, done) =>
      done(null, { parsed: body }),
    ),
};
const echo = async ({ body }: FastifyRequest) => ({ body });

describe.each(Object.entries(parsers))('Fastify, own parser of text/xml: %s', (kind, addParser) => {
  it('is kept for the app’s routes, before and after the webhook', async () => {
    const app = fastify();
    addParser(app);
    app.post('/before', echo);
    app.register(onFastify(account, bot), { prefix: '/wechat' });
    app.post('/after', echo);
    const origin = await listenFastify(app);
    expect(await ask(`${origin}/wechat`)).toBe('from the bot');
    for (const route of ['before', 'after']) {
      const json = await visit(`${origin}/${route}`, 'POST', '{"a":1}', 'application/json');
      expect(JSON.parse(json.body)).toEqual({ body: { a: 1 } });
      const xml = await visit(`${origin}/${route}`, 'POST', '<a/>');
      const seen = { string: '<a/>', object: { parsed: '<a/>' } }[kind];
      const got: unknown = xml.status === 200 ? JSON.parse(xml.body) : xml.status;
      expect(got).toEqual(seen ? { body: seen } : 415);
    }
  });

  it('may be added by a plugin beside a webhook without handlers', async () => {
    const app = fastify();
    app.register(onFastify(account));
    app.register(async (beside) => {
      addParser(beside);
      beside.post('/beside', echo);
    });
    const origin = await listenFastify(app);
    const json = await visit(`${origin}/beside`, 'POST', '{"a":1}', 'application/json');
    expect(JSON.parse(json.body)).toEqual({ body: { a: 1 } });
  });
});
