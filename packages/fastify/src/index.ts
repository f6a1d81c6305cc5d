import type { HandlersLike, ReplyLike, WebhookResponse } from '@wechat-mp/core';
import {
  type AdapterOptions,
  type Closable,
  expose,
  guard,
  mount,
  nodeRequest,
  type WechatRequest,
} from '@wechat-mp/core/adapter';
import type { FastifyReply, FastifyRequest, FastifyPluginAsync as Plugin } from 'fastify';
import plugin from 'fastify-plugin';

export * from '@wechat-mp/core';
export { wechatOAuth } from './oauth.ts';

const UNREAD = 'application/vnd.wechat-mp.unread';

declare module 'fastify' {
  interface FastifyRequest extends WechatRequest {}
  interface FastifyReply {
    /** Answers the message when `wechat()` has no handlers. Return its result from the route. */
    readonly wechatReply: (reply: ReplyLike) => this;
  }
}

/**
 * WeChat for Fastify: a plugin that answers an Official Account's deliveries at its prefix.
 *
 * With handlers it adds a route of its own; the app's routes and body parsers stay as they are.
 * Without, it prepares signed requests for the routes beside it, which answer with
 * `return reply.wechatReply(…)`.
 *
 * @example
 * app.register(wechat('TOKEN', { text: (message) => message.content }), { prefix: '/wechat' });
 */
export function wechat(options: AdapterOptions, handlers?: HandlersLike): Closable<Plugin> {
  const { hasHandlers, path, accepts, controls, handle } = mount(options, handlers);

  const answering: Plugin = async (app) => {
    // Begun before the server stops, so that what is still answered ends its connection.
    app.addHook('preClose', async () => void controls.close());
    app.addHook('onClose', () => controls.close());
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    app.all(path ?? '/', async (request, reply) => {
      return send(reply, await handle(readRequest(request, reply), [request]));
    });
  };

  const preparing: Plugin = async (app) => {
    app.addHook('preClose', async () => void controls.close());
    app.addHook('onClose', () => controls.close());
    // Under a type of its own, the body passes by the app's parsers: it has to be verified as it came.
    if (!app.hasContentTypeParser(UNREAD)) {
      app.addContentTypeParser(UNREAD, (_request, payload, done) => done(null, payload));
    }
    app.addHook('onRequest', async (request) => {
      // A scope that has removed it has parsers of its own.
      if (!request.server.hasContentTypeParser(UNREAD)) return;
      if (accepts(request.url, request.raw)) request.headers['content-type'] = UNREAD;
    });
    app.addHook('preHandler', async (request, reply) => {
      const described = readRequest(request, reply);
      if (!accepts(request.url, request.raw)) return;
      const refusal = await new Promise<WebhookResponse | undefined>((resolve) => {
        let isRouteAsked = false;
        const response = handle(described, [request], (answer) => {
          expose(reply, 'wechatReply', (given: ReplyLike) => {
            answer(given);
            return reply;
          });
          isRouteAsked = true;
          resolve(undefined);
        });
        void response.then((value) => {
          if (!isRouteAsked) resolve(value);
          else if (!reply.sent) send(reply, value);
        });
      });
      return refusal && send(reply, refusal);
    });
  };

  return Object.assign(hasHandlers ? answering : plugin(preparing), controls);
}

function readRequest(request: FastifyRequest, reply: FastifyReply) {
  guard([request], reply);
  return nodeRequest(request.raw, reply.raw, request, request);
}

function send(reply: FastifyReply, { status, headers, body }: WebhookResponse): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
