// The servers that are measured, each alone in a process of its own: node servers.mjs NAME
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { redisStores } from '@wechat-mp/context-redis';
import {
  type Article,
  createWebhook,
  type HandlersLike,
  MemoryContextStore,
  Router,
  type WebhookOptions,
} from '@wechat-mp/core';
import { nodeRequest, sendResponse } from '@wechat-mp/core/adapter';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import express from 'express';
import fastify, { type FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import Koa from 'koa';
import { ACCOUNT, ANSWER, PATH } from './account.ts';
import { countBytes, countResources } from './counting.ts';
import { type Question, readUsage } from './usage.ts';

const load = createRequire(import.meta.url);

/** A server, not yet listening. */
type Server = ((request: IncomingMessage, response: ServerResponse) => unknown) | FastifyInstance;

const { token, appid, encodingAESKey } = ACCOUNT;
const modes = { plain: { token }, safe: { token, appid, encodingAESKey } };
const handlers: HandlersLike = { text: ({ content }) => content };

/** Reads a body by hand: what the least of a webhook has to do. */
function read(request: IncomingMessage, then: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => then(Buffer.concat(chunks).toString()));
}

const XML = { 'content-type': 'application/xml; charset=utf-8' };

/** The frameworks with a constant answer, and nothing else. */
const bare: Record<string, () => Server> = {
  node: () => (req, res) => read(req, () => res.writeHead(200, XML).end(ANSWER)),
  express: () =>
    express().use(PATH, (req, res) => read(req, () => res.writeHead(200, XML).end(ANSWER))),
  koa: () =>
    new Koa()
      .use(async (ctx) => {
        await new Promise<string>((resolve) => read(ctx.req, resolve));
        ctx.set(XML);
        ctx.body = ANSWER;
      })
      .callback(),
  fastify: () => {
    const app = fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    app.post(PATH, async (_request, reply) => reply.headers(XML).send(ANSWER));
    return app;
  },
};

/** This project on each of them. */
const ours: Record<string, (options: WebhookOptions, answer?: HandlersLike) => Server> = {
  node: (options, answer = handlers) => {
    const webhook = createWebhook(options, answer);
    return (req, res) =>
      webhook.handle(nodeRequest(req, res)).then((answer) => sendResponse(res, answer));
  },
  express: (options, answer = handlers) => express().use(PATH, onExpress(options, answer)),
  koa: (options, answer = handlers) => new Koa().use(onKoa(options, answer)).callback(),
  fastify: (options, answer = handlers) => {
    const app = fastify();
    app.register(onFastify(options, answer), { prefix: PATH });
    return app;
  },
};

interface Peers {
  easywechat: {
    OfficialAccount: new (config: unknown) => EasyWechat;
    ServerRequest: { createFromIncomingMessage(request: IncomingMessage): Promise<unknown> };
  };
  wechat(options: unknown, handler: (req: PeerRequest, res: PeerResponse) => void): express.Handler;
  coWechat: new (
    options: unknown,
  ) => {
    middleware(
      handler: (message: Record<string, string>) => Promise<string | undefined>,
    ): Koa.Middleware;
  };
}
interface EasyWechat {
  setRequest(request: unknown): void;
  getServer(): {
    with(handler: (message: Record<string, string>) => Promise<string | undefined>): void;
    serve(): Promise<{ getStatusCode(): number; getBody(): Buffer | string }>;
  };
}
interface PeerRequest {
  readonly weixin: Record<string, string>;
}
interface PeerResponse {
  reply(text: string | undefined): void;
}

/** Other packages' bots, written as in their documentation. */
const peers: Record<string, (mode: keyof typeof modes) => Server> = {
  'wechat express': (mode) => {
    const wechat = load('wechat') as Peers['wechat'];
    const options = mode === 'plain' ? token : modes.safe;
    return express().use(
      PATH,
      wechat(options, (req, res) => res.reply(req.weixin['Content'])),
    );
  },
  'co-wechat koa': (mode) => {
    const Wechat = load('co-wechat') as Peers['coWechat'];
    const wechat = new Wechat(mode === 'plain' ? { token } : modes.safe);
    return new Koa().use(wechat.middleware(async ({ Content }) => Content)).callback();
  },
  'node-easywechat express': (mode) => {
    const { OfficialAccount, ServerRequest } = load('node-easywechat') as Peers['easywechat'];
    const config =
      mode === 'plain'
        ? { app_id: appid, token }
        : { app_id: appid, token, aes_key: encodingAESKey };
    // One application for each request: one for all fails in the safe mode.
    return express().use(PATH, async (req, res) => {
      const app = new OfficialAccount({ ...config, secret: 'secret' });
      app.setRequest(await ServerRequest.createFromIncomingMessage(req));
      app.getServer().with(async ({ Content }) => Content);
      const answer = await app.getServer().serve();
      res.writeHead(answer.getStatusCode(), { 'content-type': 'application/xml' });
      res.end(answer.getBody());
    });
  },
};

/** The growing load of a server of this project. */
interface Growth {
  readonly handlers?: number;
  readonly contexts?: number;
  readonly articles?: number;
}

/** Articles as shops send them. */
function createArticles(count: number): Article[] {
  return Array.from({ length: count }, (_, at) => ({
    title: `Article ${at}`,
    description: 'What it is about, in a sentence.',
    picUrl: `https://example.com/pictures/${at}.jpg`,
    url: `https://example.com/articles/${at}`,
  }));
}

/** Answers by the last of so many handlers, once so many users have talked. */
async function grow({ handlers: count = 1, contexts = 0, articles }: Growth): Promise<Server> {
  const router = new Router();
  if (articles !== undefined) router.on('event:click', () => createArticles(articles));
  for (let at = 1; at < count; at += 1) router.text(`order ${at}`, () => `order ${at}`);
  router.default(() => 'hello');
  const store = new MemoryContextStore({ maxEntries: 2_000_000 });
  for (let at = 0; at < contexts; at += 1) {
    const user = {
      account: 'default',
      openid: `o9AgO5Kd5ggOC-bXrbNP${String(at).padStart(8, '0')}`,
    };
    await store.save(
      user,
      { version: 1, json: `{"at":${at}}` },
      { replaces: 0, milliseconds: 3_600_000 },
    );
  }
  return ours['node']!({ ...modes.plain, contexts: store }, router);
}

async function choose([who, framework, mode]: readonly string[]): Promise<Server> {
  if (who === 'bare') return bare[`${framework}`]!();
  if (who === 'growth') return grow(JSON.parse(`${process.env['GROWTH']}`) as Growth);
  if (who !== 'ours') return peers[`${who} ${framework}`]!(mode as 'plain');
  if (mode !== 'redis') return ours[`${framework}`]!(modes[mode as 'plain']);
  const client = new Redis(Number(process.env['REDIS_PORT']), '127.0.0.1');
  // A message that another process has answered would be a retry, which costs less.
  const stores = redisStores(client, { prefix: `bench${process.pid}:` });
  return ours[`${framework}`]!({ ...modes.plain, ...stores });
}

const delays = monitorEventLoopDelay({ resolution: 1 });
let endCount: () => unknown = () => undefined;

/** The answers of this process to its parent. */
const answers: Record<Question, () => unknown> = {
  watch: () => {
    delays.reset();
    delays.enable();
  },
  // Nanoseconds, and the resolution is part of what is measured.
  delay: () => delays.percentile(99) / 1e6,
  'count bytes': async () => {
    endCount = await countBytes();
  },
  'count resources': () => {
    endCount = countResources();
  },
  counted: () => endCount(),
  usage: () => readUsage(delays.max / 1e6),
};
process.on('message', (asked: Question) => {
  const answer = async () => process.send?.((await answers[asked]()) ?? null);
  void answer();
});

const server = await choose((process.argv[2] ?? '').split(' '));
const listening =
  'inject' in server
    ? (await server.listen({ port: 0, host: '127.0.0.1' }), server.server)
    : createServer((request, response) => void server(request, response)).listen(0, '127.0.0.1');
if (!listening.listening) await once(listening, 'listening');
process.send?.((listening.address() as AddressInfo).port);
