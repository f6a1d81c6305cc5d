/** Bodies that somebody else reads beside the webhook: loggers, proxies, plugins that keep the bytes. */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type AccountOptions, createWebhook } from '@wechat-mp/core';
import { type AdapterOptions, nodeRequest, sendResponse } from '@wechat-mp/core/adapter';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { closeServers, dial, listen, listenFastify, recorder, writeHead } from '../support/http.ts';
import * as platform from '../support/platform.ts';

afterAll(closeServers);

const account = {
  token: 'SharedToken',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};
const writers = { plain: platform.plain, safe: platform.safe };
const handlers = { text: ({ content }: { content: string }) => `You said: ${content}` };

/** Reads a request beside the webhook. */
type Reader = (request: IncomingMessage) => void;
type Start = (options: AdapterOptions, read: Reader) => Promise<string>;

const servers: Record<string, Start> = {
  Express: (options, read) =>
    listen(
      express()
        .use((req, _res, next) => {
          read(req);
          next();
        })
        .use(onExpress(options, handlers)),
    ),
  Koa: (options, read) =>
    listen(
      new Koa()
        .use((ctx, next) => {
          read(ctx.req);
          return next();
        })
        .use(onKoa(options, handlers))
        .callback(),
    ),
  Fastify: (options, read) => {
    const app = fastify();
    app.addHook('preParsing', (request, _reply, payload, done) => {
      read(request.raw);
      done(null, payload);
    });
    app.register(onFastify(options, handlers));
    return listenFastify(app);
  },
  'Fastify, without handlers': (options, read) => {
    const app = fastify();
    app.addHook('preParsing', (request, _reply, payload, done) => {
      read(request.raw);
      done(null, payload);
    });
    app.register(onFastify(options));
    app.post('/', async ({ wechatMessage }, reply) =>
      reply.wechatReply(wechatMessage.type === 'text' ? handlers.text(wechatMessage) : ''),
    );
    return listenFastify(app);
  },
  'node:http': (options, read) => {
    const webhook = createWebhook(options as AccountOptions, handlers);
    return listen((req, res) => {
      read(req);
      const answering = webhook.handle(nodeRequest(req, res));
      void answering.then((answer) => sendResponse(res, answer));
    });
  },
};

const readers: Record<string, Reader> = {
  'a listener': (request) => void request.on('data', () => {}),
  'a copy': (request) => void request.pipe(new PassThrough().resume()),
  'one that stopped it and let it go on': (request) => void request.pause().resume(),
};

const cuts: Record<string, (head: string, body: string) => readonly string[]> = {
  'in one piece': (head, body) => [head + body],
  'in two, cut within the body': (head, body) => [head + body.slice(0, 60), body.slice(60)],
  'in two, cut before the body': (head, body) => [head, body],
};

/** Sends a delivery piece by piece, each once the server has read those before; returns the answer. */
async function sendInPieces(
  origin: string,
  delivery: platform.Delivery,
  cut: (head: string, body: string) => readonly string[],
  events: EventEmitter,
): Promise<platform.Answer> {
  const socket = dial(origin);
  const head = writeHead('/', delivery, 'Connection: close');
  let answer = '';
  socket.on('data', (chunk: string) => {
    answer += chunk;
  });
  const [first, ...others] = cut(head, delivery.body ?? '');
  const closed = once(socket, 'close');
  const begun = once(events, 'read');
  socket.write(first as string);
  await begun;
  for (let count = 0; count < 20; count += 1) await turn();
  for (const piece of others) socket.write(piece);
  await closed;
  const [lines = '', text = ''] = answer.split('\r\n\r\n');
  const status = Number(/^HTTP\/1.1 (\d+)/.exec(lines)?.[1]);
  return { status, contentType: /^content-type: (.*)$/im.exec(lines)?.[1]?.trim(), body: text };
}

describe.each(Object.entries(servers))('%s', (_server, start) => {
  describe.each(Object.entries(readers))('beside %s', (_reader, read) => {
    it.each(
      Object.entries(cuts).flatMap(([how, cut]) =>
        (['plain', 'safe'] as const).map((mode) => [mode, how, cut] as const),
      ),
    )('reads all of a %s delivery that comes %s', async (mode, _how, cut) => {
      const events = new EventEmitter();
      const { logger } = recorder();
      const options = mode === 'safe' ? account : { token: account.token };
      const origin = await start({ ...options, logger }, (request) => {
        events.emit('read');
        return read(request);
      });
      const fields = platform.userMessage('text', { Content: 'hello' });
      const delivery = writers[mode](account, fields);
      const answer = await sendInPieces(origin, delivery, cut, events);
      const reply = platform.readAnswer(account, delivery, answer);
      expect(reply).toMatchObject({ Content: 'You said: hello' });
    });
  });

  it('reads all of it, too, when the account has to be looked up first', async () => {
    const events = new EventEmitter();
    const { logger } = recorder();
    const resolve = async () => {
      for (let count = 0; count < 5; count += 1) await turn();
      return { token: account.token, account: 'shop', logger };
    };
    const origin = await start(resolve, (request) => {
      events.emit('read');
      return readers['a listener']?.(request);
    });
    const fields = platform.userMessage('text', { Content: 'hello' });
    const delivery = platform.plain(account, fields);
    const cut = cuts['in one piece'] as (typeof cuts)[string];
    const answer = await sendInPieces(origin, delivery, cut, events);
    const reply = platform.readAnswer(account, delivery, answer);
    expect(reply).toMatchObject({ Content: 'You said: hello' });
  });
});

it('says that another reader took a part, when it did', async () => {
  const { logger, lines } = recorder();
  const webhook = createWebhook({ token: account.token, logger }, handlers);
  const delivery = platform.plain(account, platform.userMessage('text', { Content: 'hello' }));
  const events = new EventEmitter();
  const server = createServer((req, res) => {
    events.emit('read');
    const { query } = delivery;
    const answering = once(req, 'data').then(() =>
      webhook.handle({ method: 'POST', query, body: req }),
    );
    void answering.then((answer) => sendResponse(res, answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = cuts['in two, cut within the body'] as (typeof cuts)[string];
  expect(await sendInPieces(origin, delivery, cut, events)).toMatchObject({ status: 400 });
  const size = Buffer.byteLength(delivery.body ?? '');
  expect(lines.join()).toContain(`the body has ${size - 60} of the ${size} bytes`);
  server.close();
});
