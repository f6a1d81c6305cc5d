/** Without handlers: the webhook checks and parses, the app's own route answers. */
import { EventEmitter, once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type Message, NeedParseError, type ReplyLike } from '@wechat-mp/core';
import type { AdapterOptions } from '@wechat-mp/core/adapter';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import type express from 'express';
import fastify, { type FastifyInstance } from 'fastify';
import type Koa from 'koa';
import mount from 'koa-mount';
import { ManualClock } from '../support/clock.ts';
import { expressVersions, koaVersions } from '../support/hosts.ts';
import { closeServers, listen, listenFastify, recorder, search, send } from '../support/http.ts';
import * as platform from '../support/platform.ts';

afterAll(closeServers);

const encryption = {
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};
const token = 'RoutesToken';

/** The parts of a framework's route: the message (which may throw), and the way to answer. */
type FrameworkRoute = (message: () => Message, answer: (reply: ReplyLike) => unknown) => unknown;
/** A route, with the clock of its webhook. */
type Route = (...given: [...Parameters<FrameworkRoute>, clock: ManualClock]) => unknown;
/** Starts an app whose only routes are webhooks, each at its prefix, and then `route`. */
type Start = (options: readonly AdapterOptions[], route: FrameworkRoute) => Promise<string>;

/** Milliseconds in which a message must be answered. */
const WINDOW = 4500;

const startExpress =
  (create: typeof express): Start =>
  (options, route) => {
    const app = create();
    for (const one of options) app.use('/wechat', onExpress(one));
    app.all('/wechat', (req, res, next) => {
      Promise.resolve()
        .then(() =>
          route(
            () => req.wechatMessage,
            (reply) => res.wechatReply(reply),
          ),
        )
        .catch(next);
    });
    app.use(((error, _req, res, _next) => {
      res.status(error.status ?? 500).send(`caught ${error.code ?? error.message}`);
    }) as express.ErrorRequestHandler);
    return listen(app);
  };

const startKoa =
  (App: typeof Koa): Start =>
  (options, route) => {
    const app = new App();
    app.silent = true;
    for (const one of options) app.use(mount('/wechat', onKoa(one)));
    app.use(async (ctx) => {
      await route(
        () => ctx.wechatMessage,
        (reply) => ctx.wechatReply(reply),
      );
    });
    return listen(app.callback());
  };

const startFastify: Start = (options, route) => {
  const app = fastify();
  app.register(
    async (inner) => {
      for (const one of options) inner.register(onFastify(one));
      inner.all('/', async (request, reply) => {
        await route(
          () => request.wechatMessage,
          (answer) => reply.wechatReply(answer),
        );
        return reply;
      });
    },
    { prefix: '/wechat' },
  );
  return listenFastify(app);
};

const frameworks: Record<string, Start> = {
  'Express 5': startExpress(expressVersions['Express 5']),
  'Express 4': startExpress(expressVersions['Express 4']),
  'Koa 3': startKoa(koaVersions['Koa 3']),
  'Koa 2': startKoa(koaVersions['Koa 2']),
  'Fastify 5': startFastify,
};

/** Routes that answer, each in its way. */
const answering: Record<string, Route> = {
  'at once': (message, answer) => void answer(`type ${message().type}`),
  'after a wait': async (message, answer, clock) => {
    await clock.after(WINDOW - 1);
    answer(`type ${message().type}`);
  },
  'without an answer': () => {},
  'with nothing': (_message, answer) => void answer(null),
  'too late': async (_message, answer, clock) => {
    await clock.after(WINDOW + 1);
    answer('too late');
  },
};
const ofTypeText: unknown = expect.objectContaining({ MsgType: 'text', Content: 'type text' });
const expected: Record<string, unknown> = { 'at once': ofTypeText, 'after a wait': ofTypeText };

const ways = ['plain', 'safe'] as const;
const sending = { plain: platform.plain, safe: platform.safe };
const accounts = { plain: { token }, safe: { token, ...encryption } };

describe.each(Object.entries(frameworks))('%s', (name, start) => {
  const begin = async (way: (typeof ways)[number], route: Route) => {
    const { logger, lines } = recorder();
    const clock = new ManualClock();
    const options = { ...accounts[way], logger, clock, replyWindow: WINDOW, maxDeliveries: 1 };
    const routed = new EventEmitter();
    const origin = await start([options as AdapterOptions], (message, answer) => {
      routed.emit('message');
      return route(message, answer, clock);
    });
    /** Sends a message, and lets its window pass once the route has it. */
    const ask = async () => {
      const delivery = sending[way](accounts[way], platform.userMessage('text', { Content: 'hi' }));
      const reached = once(routed, 'message');
      const answer = send(`${origin}/wechat`, delivery);
      await reached;
      await clock.advance(WINDOW);
      return { delivery, answer: await answer };
    };
    return { origin, lines, ask, clock };
  };

  describe.each(ways)('in the %s mode', (way) => {
    it.each(Object.entries(answering))('a route answers %s', async (name, route) => {
      const { ask } = await begin(way, route);
      const { delivery, answer } = await ask();
      const read = platform.readAnswer(accounts[way], delivery, answer);
      expect(read).toEqual(expected[name] ?? 'success');
    });
  });

  it('warns of an answer that came too late', async () => {
    const { ask, lines, clock } = await begin('plain', answering['too late'] as Route);
    await ask();
    await clock.advance(1);
    expect(lines.join()).toMatch(/came after the last delivery had ended/);
  });

  it('gives two answers of a route only once', async () => {
    const { ask } = await begin('plain', (_message, answer) => {
      answer('first');
      answer('second');
    });
    const { delivery, answer } = await ask();
    expect(platform.readAnswer({ token }, delivery, answer)).toMatchObject({ Content: 'first' });
  });

  it('does not let the error of a route pass unseen, nor hang', async () => {
    const { ask, lines } = await begin('plain', async (_message, _answer, clock) => {
      await clock.after(1);
      throw new Error('the route failed');
    });
    const { answer } = await ask();
    // Express and Fastify have the app's own error handler answer, Koa the webhook's `onError`.
    const seen = `${answer.status} ${answer.body} ${lines.join()}`;
    expect(seen).toMatch(/the route failed/);
  });

  it('answers a verification without the route', async () => {
    const { origin } = await begin('plain', () => {
      throw new Error('not for a verification');
    });
    const answer = await send(`${origin}/wechat`, platform.verification({ token }, '42'));
    expect(answer).toMatchObject({ status: 200, body: '42' });
  });

  it.each(['unsigned', 'wrongly signed'])('never shows a message that is %s', async (kind) => {
    const seen: unknown[] = [];
    const { origin } = await begin('plain', (message) => {
      try {
        seen.push(message());
      } catch (error) {
        seen.push(error);
        throw error;
      }
    });
    const { body, query } = platform.plain({ token: 'Other' }, platform.userMessage('text'));
    const sent = { method: 'POST', body, query: kind === 'unsigned' ? {} : query };
    const { status } = await send(`${origin}/wechat`, sent);
    const codes = seen.map((error) => error instanceof NeedParseError && error.code);
    // A Fastify app without a parser of its own refuses XML that is not WeChat's before the route.
    const isXmlRefused = kind === 'unsigned' && name === 'Fastify 5';
    expect(status).toBe(isXmlRefused ? 415 : 401);
    expect(codes).toEqual(kind === 'unsigned' && !isXmlRefused ? ['WECHAT_NEED_PARSE'] : []);
  });

  it('keeps the message when a second webhook, at another path, comes next', async () => {
    const { logger } = recorder();
    const options = [
      { token, logger },
      { token, logger, path: '/elsewhere' },
    ];
    const origin = await start(options, answering['at once'] as FrameworkRoute);
    const delivery = platform.plain({ token }, platform.userMessage('text'));
    const answer = await send(`${origin}/wechat`, delivery);
    const read = platform.readAnswer({ token }, delivery, answer);
    expect(read).toEqual(ofTypeText);
  });
});

describe('a route of Fastify', () => {
  const prepare = async (route: (app: FastifyInstance) => void) => {
    const app = fastify();
    app.register(onFastify({ token, logger: recorder().logger }));
    app.register(async (inner) => route(inner));
    const delivery = platform.plain({ token }, platform.userMessage('text'));
    const origin = await listenFastify(app);
    return { app, origin, delivery };
  };

  it('may be in a scope whose parsers are its own', async () => {
    const { origin, delivery } = await prepare((app) => {
      app.removeAllContentTypeParsers();
      app.addContentTypeParser(
        'text/xml',
        { parseAs: 'string' },
        async (_: unknown, body: string) => body,
      );
      app.post('/', async ({ wechatMessage }, reply) =>
        reply.wechatReply(`type ${wechatMessage.type}`),
      );
    });
    const answer = await send(origin, delivery);
    expect(platform.readAnswer({ token }, delivery, answer)).toEqual(ofTypeText);
  });

  it.each(['with', 'without'])(
    'that runs %s handlers keeps no client’s connection open once the app is closed',
    async (kind) => {
      const events = new EventEmitter();
      const app = fastify();
      const text = async () => {
        events.emit('started');
        await once(events, 'finish');
        return 'the reply';
      };
      const { logger } = recorder();
      app.register(onFastify({ token, logger }, kind === 'with' ? { text } : undefined));
      if (kind === 'without') {
        app.post('/', async (_request, reply) => reply.wechatReply(await text()));
      }
      const origin = await listenFastify(app);
      const delivery = platform.plain({ token }, platform.userMessage('text'));
      const agent = new Agent({ keepAlive: true });
      const started = once(events, 'started');
      const client = request(`${origin}/?${search(delivery.query)}`, { method: 'POST', agent });
      client.setHeader('content-type', 'text/xml').end(delivery.body);
      const answered = once(client, 'response') as Promise<[IncomingMessage]>;
      await started;
      const closed = app.close();
      events.emit('finish');
      const [response] = await answered;
      expect(await readText(response)).toContain('the reply');
      // As long as the client's agent keeps its end, which is until it is destroyed.
      await closed;
      agent.destroy();
    },
  );
});
