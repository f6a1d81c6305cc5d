/** Bodies after other parsers, and with the Content-Types that senders claim. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { WebhookOptions } from '@wechat-mp/core';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import express from 'express';
import xmlparser from 'express-xml-bodyparser';
import fastify, { type FastifyInstance } from 'fastify';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { ManualClock } from '../support/clock.ts';
import { hosts } from '../support/hosts.ts';
import { closeServers, listen, listenFastify, recorder, type Sent, send } from '../support/http.ts';
import * as platform from '../support/platform.ts';

afterAll(closeServers);

const token = 'BodiesToken';
const greeting = '你好 😀 𠮷';
const handlers = { text: ({ content }: { content: string }) => `You said: ${content}` };
const message = platform.userMessage('text', { Content: greeting });
const delivery = platform.plain({ token }, message);

/** Leaves a parsed object and, where asked, the bytes that it came from. */
async function parseAway(req: IncomingMessage, keep?: (bytes: Buffer) => unknown) {
  const bytes = await buffer(req);
  Object.assign(req, { body: { xml: { MsgType: ['text'] } } }, keep && { rawBody: keep(bytes) });
}

type Start = (options: WebhookOptions) => Promise<string>;

const behindExpress =
  (...middleware: express.RequestHandler[]): Start =>
  (options) => {
    const app = express();
    for (const one of middleware) app.use(one);
    return listen(app.use(onExpress(options, handlers)));
  };
const parseAwayInExpress =
  (keep?: (bytes: Buffer) => unknown): express.RequestHandler =>
  (req, _res, next) =>
    void parseAway(req, keep).then(() => next(), next);

const behindKoa =
  (...middleware: Koa.Middleware[]): Start =>
  (options) => {
    const app = new Koa();
    for (const one of middleware) app.use(one);
    return listen(app.use(onKoa(options, handlers)).callback());
  };
const parseAwayInKoa =
  (keep?: (bytes: Buffer) => unknown): Koa.Middleware =>
  async (ctx, next) => {
    await parseAway(ctx.req, keep);
    const { body, rawBody } = ctx.req as { body?: unknown; rawBody?: string };
    Object.assign(ctx.request, { body, rawBody });
    await next();
  };

/** As functions of clouds do it, which read a request before their framework has it. */
const behindFunction =
  (start: (options: WebhookOptions) => RequestListener | Promise<RequestListener>): Start =>
  async (options) => {
    const answer = await start(options);
    return listen((req, res) => void parseAway(req, (bytes) => bytes).then(() => answer(req, res)));
  };

const besideFastify =
  (
    parseAs: 'string' | 'buffer',
    parse: (body: string | Buffer, request: object) => unknown,
    own: boolean,
  ): Start =>
  (options) => {
    const app: FastifyInstance = fastify();
    const parser = async (request: object, body: string | Buffer) => parse(body, request);
    app.addContentTypeParser('text/xml', { parseAs: parseAs as 'string' }, parser);
    if (own) {
      // Without handlers the app's own parser reads the body of the route.
      app.register(onFastify(options));
      app.post('/', async ({ wechatMessage }, reply) =>
        reply.wechatReply(wechatMessage.type === 'text' ? handlers.text(wechatMessage) : ''),
      );
    } else {
      app.register(onFastify(options, handlers));
    }
    return listenFastify(app);
  };
const keepRaw = (body: unknown, request: object) => Object.assign(request, { rawBody: body }) && {};

const readable: Record<string, Start> = {
  'Express, no parser': behindExpress(),
  'express.json()': behindExpress(express.json()),
  'express.urlencoded()': behindExpress(express.urlencoded()),
  'express.text() of everything': behindExpress(express.text({ type: '*/*' })),
  'express.raw() of everything': behindExpress(express.raw({ type: '*/*' })),
  'express-xml-bodyparser': behindExpress(xmlparser() as unknown as express.RequestHandler),
  'Express, an object and rawBody as a Buffer': behindExpress(parseAwayInExpress((bytes) => bytes)),
  'Express, an object and rawBody as a string': behindExpress(parseAwayInExpress(String)),
  'Koa, no parser': behindKoa(),
  'koa-bodyparser': behindKoa(bodyParser()),
  'koa-bodyparser of xml': behindKoa(bodyParser({ enableTypes: ['json', 'form', 'xml'] })),
  'Koa, an object and rawBody as a Buffer': behindKoa(parseAwayInKoa((bytes) => bytes)),
  'Koa, an object and rawBody as a string': behindKoa(parseAwayInKoa(String)),
  'Koa, rawBody of a function’s host': behindFunction((options) =>
    new Koa().use(onKoa(options, handlers)).callback(),
  ),
  'Fastify, rawBody of a function’s host': behindFunction(async (options) => {
    const app = fastify();
    app.register(onFastify(options, handlers));
    await app.ready();
    return (req, res) => app.routing(req, res);
  }),
  'Fastify, own parser that gives an object': besideFastify('string', () => ({}), false),
  'Fastify without handlers, own parser that gives an object': besideFastify(
    'string',
    () => ({}),
    true,
  ),
  'Fastify without handlers, own parser as a string': besideFastify('string', (body) => body, true),
  'Fastify without handlers, own parser as a Buffer': besideFastify('buffer', (body) => body, true),
  'Fastify without handlers, an object and rawBody as a string': besideFastify(
    'string',
    keepRaw,
    true,
  ),
  'Fastify without handlers, an object and rawBody as a Buffer': besideFastify(
    'buffer',
    keepRaw,
    true,
  ),
};

async function expectGreeting(origin: string, sent: Sent = delivery): Promise<void> {
  const answer = await send(origin, sent);
  const read = platform.readAnswer({ token }, delivery, answer);
  expect(read).toMatchObject({ MsgType: 'text', Content: `You said: ${greeting}` });
}

it.each(Object.entries(readable))('is read: %s', async (_name, start) => {
  const origin = await start({ token, logger: recorder().logger });
  await expectGreeting(origin);
});

const unreadable: Record<string, Start> = {
  Express: behindExpress(parseAwayInExpress()),
  Koa: behindKoa(parseAwayInKoa()),
};

it.each(Object.entries(unreadable))(
  'only a parsed object is left: refused at once, and the log says what to change: %s',
  async (_name, start) => {
    const { logger, lines } = recorder();
    // What waited for a body that was read already would wait for ever.
    const origin = await start({ token, logger, clock: new ManualClock() });
    expect(await send(origin, delivery)).toMatchObject({ status: 400, body: 'Bad Request' });
    expect(lines).toEqual([expect.stringMatching(/before the body parser.*rawBody/)]);
  },
);

const contentTypes = [
  'text/xml',
  'text/xml; charset=utf-8',
  'text/xml; charset=gbk',
  'application/xml',
  'application/json',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
  null,
];

describe.each(hosts)('$name', ({ start }) => {
  it.each(contentTypes)('reads XML that says it is %s', async (contentType) => {
    const origin = await start({ '/wechat': [{ token }, handlers] });
    await expectGreeting(`${origin}/wechat`, { ...delivery, contentType });
  });
});

const startRoute: Start = besideFastify('string', (body) => body, true);

describe('Fastify without handlers', () => {
  const types = [
    'text/xml; charset=gbk',
    'application/xml',
    'application/octet-stream',
    'text/plain',
    null,
  ];
  it.each(types)('reads XML that says it is %s', async (contentType) => {
    const origin = await startRoute({ token, logger: recorder().logger });
    await expectGreeting(origin, { ...delivery, contentType });
  });

  it('reads JSON that says it is JSON', async () => {
    const origin = await startRoute({ token, logger: recorder().logger });
    const body = JSON.stringify(message);
    const answer = await send(origin, { ...delivery, body, contentType: 'application/json' });
    expect(answer).toMatchObject({ status: 200, contentType: 'application/json; charset=utf-8' });
  });
});
