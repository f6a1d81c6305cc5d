/** Deliveries over HTTP/2, as a gateway sends them on, and the clients of them that go away. */
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type Http2Server,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createWebhook, type HandlersLike, type WebhookOptions } from '@wechat-mp/core';
import { nodeRequest, sendResponse } from '@wechat-mp/core/adapter';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { ManualClock } from '../support/clock.ts';
import { recorder, search } from '../support/http.ts';
import * as platform from '../support/platform.ts';

const token = 'Http2Token';

/** Creates the server of an app; none of them listens yet. */
type Create = (options: WebhookOptions, handlers: HandlersLike) => Promise<Http2Server>;

const servers: Record<string, Create> = {
  'node:http2': async (options, handlers) => {
    const webhook = createWebhook(options, handlers);
    const answer = async (request: IncomingMessage, response: ServerResponse) =>
      sendResponse(response, await webhook.handle(nodeRequest(request, response)));
    return createServer(answer as never);
  },
  Koa: async (options, handlers) => {
    const app = new Koa().use(onKoa(options, handlers));
    return createServer(app.callback() as never);
  },
  Fastify: async (options, handlers) => {
    const app = fastify({ http2: true });
    app.register(onFastify(options, handlers));
    await app.ready();
    return app.server;
  },
};

const opened: { close(): unknown }[] = [];
afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));

describe.each(Object.entries(servers))('%s', (_name, create) => {
  const begin = async () => {
    const events = new EventEmitter();
    const signals: AbortSignal[] = [];
    const { logger } = recorder();
    const server = await create(
      { token, logger, clock: new ManualClock() },
      async (_message, { signal }) => {
        signals.push(signal);
        events.emit('started');
        await once(events, 'finish');
        return 'the reply';
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const session: ClientHttp2Session = connect(`http://127.0.0.1:${port}`);
    opened.push(session, server);
    return { events, signals, server, session };
  };

  const delivery = platform.plain({ token }, platform.userMessage('text'));
  const deliver = (session: ClientHttp2Session) =>
    session
      .request({ ':method': 'POST', ':path': `/?${search(delivery.query)}` })
      .end(delivery.body);

  async function readAnswer(session: ClientHttp2Session) {
    let body = '';
    for await (const chunk of deliver(session).setEncoding('utf8')) body += chunk;
    return platform.readAnswer({ token }, delivery, {
      status: 200,
      contentType: 'application/xml; charset=utf-8',
      body,
    });
  }

  it('a reply goes to the next delivery when the client of the first has hung up', async () => {
    const { events, server, session, signals } = await begin();
    const started = once(events, 'started');
    const arrived = once(server, 'stream');
    const first = deliver(session);
    const [stream] = (await arrived) as [EventEmitter];
    await started;
    const gone = once(stream, 'close');
    first.close(constants.NGHTTP2_CANCEL);
    await gone;
    events.emit('finish');
    expect(await readAnswer(session)).toMatchObject({ Content: 'the reply' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('a client that waits has its reply', async () => {
    const { events, session } = await begin();
    const started = once(events, 'started');
    const answer = readAnswer(session);
    await started;
    events.emit('finish');
    expect(await answer).toMatchObject({ Content: 'the reply' });
  });

  it('a refusal names no connection, which HTTP/2 has no header for', async () => {
    const { session } = await begin();
    const warned = jest.spyOn(process, 'emitWarning');
    const path = `/?${search({ ...delivery.query, signature: 'wrong' })}`;
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-length': 5 });
    const [headers] = await once(stream.end('12345'), 'response');
    expect(headers[':status']).toBe(401);
    expect(warned.mock.calls).toEqual([]);
    warned.mockRestore();
  });
});
