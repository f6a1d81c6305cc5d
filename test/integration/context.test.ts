/** `wechatContext` on every framework, with handlers and without, over real sockets. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import Koa from 'koa';
import Koa2 from 'koa2';
import { ManualClock } from '../support/clock.ts';
import { closeServers, listen, listenFastify, send } from '../support/http.ts';
import * as platform from '../support/platform.ts';

afterAll(closeServers);

const token = 'T0KEN';
const options = { token };

/** Uses the request's own property, in a handler or a route. */
function count({
  wechatContext,
}: {
  wechatContext: import('@wechat-mp/core').WechatContext;
}): string {
  const step = wechatContext.get('step', 1);
  wechatContext.set('step', step + 1);
  return `step ${step}`;
}

type Carrier = { wechatContext: import('@wechat-mp/core').WechatContext };
const handler = (_message: unknown, { native }: { native: unknown }) => count(native as Carrier);
const koaHandler = (_message: unknown, { native }: { native: unknown }) => {
  const { req, wechatContext } = native as Carrier & { req: Carrier };
  expect(req.wechatContext).toBe(wechatContext);
  return count(req);
};

const apps: Record<string, () => Promise<string>> = {
  'Express 5, handlers': () =>
    listen(express().use('/wechat', onExpress(options, { text: handler }))),
  'Express 4, handlers': () =>
    listen(express4().use('/wechat', onExpress(options, { text: handler }))),
  'Koa 3, handlers': () => listen(koa(Koa, true).callback()),
  'Koa 2, handlers': () => listen(koa(Koa2, true).callback()),
  'Fastify 5, handlers': async () => {
    const app = fastify();
    app.register(onFastify(options, { text: handler }), { prefix: '/wechat' });
    return listenFastify(app);
  },
  'Express 5, route': () => {
    const app = express().use('/wechat', onExpress(options));
    return listen(app.post('/wechat', (req, res) => res.wechatReply(count(req))));
  },
  'Koa 3, route': () => listen(koa(Koa, false).callback()),
  'Fastify 5, route': async () => {
    const app = fastify();
    app.register(onFastify(options));
    app.post('/wechat', (request, reply) => reply.wechatReply(count(request)));
    return listenFastify(app);
  },
};

function koa(Kind: typeof Koa, hasHandlers: boolean): Koa {
  const app = new Kind();
  app.use(hasHandlers ? onKoa(options, { text: koaHandler }) : onKoa(options));
  if (!hasHandlers) app.use((ctx) => ctx.wechatReply(count(ctx)));
  return app;
}

describe.each(Object.entries(apps))('%s', (_name, start) => {
  it('shows the context, and keeps what was changed for the next message', async () => {
    const origin = await start();
    for (const step of [1, 2, 3]) {
      const delivery = platform.plain({ token }, platform.userMessage('text', { Content: 'hi' }));
      const answer = await send(`${origin}/wechat`, delivery);
      expect(platform.readAnswer({ token }, delivery, answer)).toMatchObject({
        Content: `step ${step}`,
      });
    }
  });
});

it('a route that fails does not keep its user waiting', async () => {
  // Nothing that waits for this clock comes to an end.
  const webhook = onExpress({ token, clock: new ManualClock() });
  const app = express().use('/wechat', webhook);
  app.post('/wechat', (req, res) => {
    if (req.wechatMessage.fields['Content'] === 'fail') throw new Error('the route failed');
    res.wechatReply(count(req));
  });
  app.use(((_error, _req, res, _next) => {
    res.status(500).end('failed');
  }) as express.ErrorRequestHandler);
  const origin = await listen(app);
  const say = (Content: string) =>
    send(`${origin}/wechat`, platform.plain({ token }, platform.userMessage('text', { Content })));
  expect((await say('fail')).status).toBe(500);
  expect((await say('hi')).body).toContain('step 1');
});
