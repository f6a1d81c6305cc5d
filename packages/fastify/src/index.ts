import {
  type AdapterOptions,
  expose,
  type HandlersLike,
  type Message,
  mount,
  nodeRequest,
  type ReplyLike,
  type WebhookResponse,
} from '@wechat-mp/core';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';

export * from '@wechat-mp/core';

declare module 'fastify' {
  interface FastifyRequest {
    /** The message of this request. Throws NeedParseError while there is none. */
    readonly wechatMessage: Message;
  }
  interface FastifyReply {
    /** Answers the message, when `wechat()` was given no handlers. Return what it returns. */
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
export function wechat(options: AdapterOptions, handlers?: HandlersLike): FastifyPluginAsync {
  const { webhook, accepts, path } = mount(options, handlers);

  const describe = (request: FastifyRequest, reply: FastifyReply) => {
    expose(request, 'wechatMessage');
    expose(reply, 'wechatReply');
    const { rawBody } = request as { rawBody?: unknown };
    return nodeRequest(request.raw, reply.raw, request, rawBody, request.body);
  };
  const send = (reply: FastifyReply, { status, headers, body }: WebhookResponse) =>
    reply.code(status).headers(headers).send(body);

  if (webhook.hasHandlers) {
    return async (app) => {
      app.removeAllContentTypeParsers();
      app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      app.all(path ?? '/', async (request, reply) => {
        const response = await webhook.handle(describe(request, reply), (exchange, run) => {
          expose(request, 'wechatMessage', exchange.message);
          return run();
        });
        return send(reply, response);
      });
    };
  }

  return plugin(async (app) => {
    for (const type of ['text/xml', 'application/xml']) {
      if (app.hasContentTypeParser(type)) continue;
      app.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
    }
    app.addHook('preHandler', async (request, reply) => {
      const described = describe(request, reply);
      if (!accepts(request.url, request.url.split('?', 1)[0] as string)) return;
      // Done when the message is there for the route, or the response for a refusal.
      await new Promise<void>((proceed) => {
        const response = webhook.handle(described, (exchange) => {
          expose(request, 'wechatMessage', exchange.message);
          return new Promise((resolve) => {
            expose(reply, 'wechatReply', (answer: ReplyLike) => {
              resolve(answer);
              return reply;
            });
            proceed();
          });
        });
        void response.then((value) => {
          if (!reply.sent) send(reply, value);
          proceed();
        });
      });
    });
  });
}
