import {
  type AdapterOptions,
  expose,
  type HandlersLike,
  type Message,
  mount,
  nodeRequest,
  type ReplyLike,
  type WebhookRequest,
  type WebhookResponse,
} from '@wechat-mp/core';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
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
  const { hasHandlers, path, accepts, handle } = mount(options, handlers);
  return hasHandlers ? answering : plugin(preparing);

  async function answering(app: FastifyInstance): Promise<void> {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    app.all(path ?? '/', async (request, reply) => {
      return send(reply, await handle(describe(request, reply), [request]));
    });
  }

  async function preparing(app: FastifyInstance): Promise<void> {
    for (const type of ['text/xml', 'application/xml']) {
      if (app.hasContentTypeParser(type)) continue;
      app.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
    }
    app.addHook('preHandler', async (request, reply) => {
      const described = describe(request, reply);
      if (!accepts(request.url, request.url.split('?', 1)[0] as string)) return;
      // Goes on when the route can have the message, or the refusal was sent.
      await new Promise<void>((proceed) => {
        const response = handle(described, [request], (answer) => {
          expose(reply, 'wechatReply', (given: ReplyLike) => {
            answer(given);
            return reply;
          });
          proceed();
        });
        void response.then((value) => {
          if (!reply.sent) send(reply, value);
          proceed();
        });
      });
    });
  }
}

function describe(request: FastifyRequest, reply: FastifyReply): WebhookRequest {
  expose(request, 'wechatMessage');
  expose(reply, 'wechatReply');
  const { rawBody } = request as { rawBody?: unknown };
  return nodeRequest(request.raw, reply.raw, request, rawBody, request.body);
}

function send(reply: FastifyReply, { status, headers, body }: WebhookResponse): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
