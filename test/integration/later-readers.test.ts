/** Middleware and hooks around a webhook: what they can read, and what they must not run. */
import { once } from 'node:events';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Handlers, Message } from '@wechat-mp/core';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { ManualClock } from '../support/clock.ts';
import {
  closeServers,
  dial,
  listen,
  listenFastify,
  recorder,
  send,
  writeHead,
} from '../support/http.ts';
import * as platform from '../support/platform.ts';

afterAll(closeServers);

const token = 'ReadersToken';
const options = { token, logger: recorder().logger };
const handlers: Handlers = { text: ({ content }) => `You said: ${content}` };
const message = platform.userMessage('text', { Content: 'hello' });

/** Starts an app that gives the message of a request to `read` once it is answered. */
const readers: Record<string, (read: (message: () => Message) => void) => Promise<string>> = {
  Express: (read) => {
    const app = express();
    app.use((req, res, next) => {
      res.once('finish', () => read(() => req.wechatMessage));
      next();
    });
    return listen(app.use(onExpress(options, handlers)));
  },
  Koa: (read) => {
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next();
      read(() => ctx.wechatMessage);
    });
    return listen(app.use(onKoa(options, handlers)).callback());
  },
  'Koa, by ctx.req': (read) => {
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next();
      read(() => ctx.req.wechatMessage);
    });
    return listen(app.use(onKoa(options, handlers)).callback());
  },
  Fastify: (read) => {
    const app = fastify();
    app.addHook('onResponse', async (request) => read(() => request.wechatMessage));
    app.register(onFastify(options, handlers));
    return listenFastify(app);
  },
};

describe.each(Object.entries(readers))('once %s has answered', (_name, start) => {
  const readBy = async (sent: platform.Delivery): Promise<unknown> => {
    const read = new EventTarget();
    const seen = once(read, 'read');
    let value: unknown;
    const origin = await start((get) => {
      try {
        value = get().type;
      } catch (error) {
        value = (error as { code?: unknown }).code;
      }
      read.dispatchEvent(new Event('read'));
    });
    await send(origin, sent);
    await seen;
    return value;
  };

  it('the message can be read', async () => {
    expect(await readBy(platform.plain({ token }, message))).toBe('text');
  });

  it('the message of a forged delivery cannot', async () => {
    expect(await readBy(platform.plain({ token: 'Other' }, message))).toBe('WECHAT_NEED_PARSE');
  });
});

describe('a Fastify app with a slow onSend hook', () => {
  const start = async () => {
    const app = fastify();
    const calls: string[] = [];
    app.addHook('onSend', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    app.register(onFastify(options)).after(() => {
      app.addHook('preHandler', async () => {
        calls.push('a later hook');
      });
      app.post('/', async (request, reply) => {
        calls.push('route');
        return reply.wechatReply(`a ${request.wechatMessage.type}`);
      });
    });
    return { calls, origin: await listenFastify(app) };
  };

  it('does not run the route for a delivery that is refused', async () => {
    const { calls, origin } = await start();
    const answer = await send(origin, platform.plain({ token: 'Other' }, message));
    expect(answer.status).toBe(401);
    expect(calls).toEqual([]);
  });

  it('runs it once for one that is not', async () => {
    const { calls, origin } = await start();
    const delivery = platform.plain({ token }, message);
    const answer = await send(origin, delivery);
    expect(platform.readAnswer({ token }, delivery, answer)).toMatchObject({ Content: 'a text' });
    expect(calls).toEqual(['a later hook', 'route']);
  });
});

it('a route of Koa that sets ctx.body itself is heard', async () => {
  const app = new Koa();
  app.use(onKoa(options));
  app.use((ctx) => {
    ctx.body = 'success, said the route';
  });
  const origin = await listen(app.callback());
  const answer = await send(origin, platform.plain({ token }, message));
  expect(answer.body).toBe('success, said the route');
});

it('a delivery whose client left before the webhook saw it is not waited for', async () => {
  const app = express();
  const events = new EventTarget();
  app.use(express.text({ type: '*/*' }), (_req, res, next) => {
    res.once('close', () => setImmediate(next));
    events.dispatchEvent(new Event('arrived'));
  });
  // Nothing that waits for this clock comes to an end, nor does the handler.
  const webhook = onExpress({ ...options, clock: new ManualClock() }, () => new Promise(() => {}));
  app.use(async (req, res, next) => {
    await webhook(req, res, next);
    events.dispatchEvent(new Event('over'));
  });
  const origin = await listen(app);
  const delivery = platform.plain({ token }, message);
  const arrived = once(events, 'arrived');
  const over = once(events, 'over');
  const socket = dial(origin);
  socket.write(`${writeHead('/', delivery)}${delivery.body}`);
  await arrived;
  socket.destroy();
  expect(await over).toHaveLength(1);
});
