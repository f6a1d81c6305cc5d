/** Responses that are not quite those of Node's server: stand-ins of tests and hosts, and queued ones. */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { createWebhook } from '@wechat-mp/core';
import { nodeRequest, sendResponse } from '@wechat-mp/core/adapter';
import { ManualClock } from '../../../test/support/clock.ts';
import { search } from '../../../test/support/http.ts';
import { plain, userMessage } from '../../../test/support/platform.ts';
import { until } from '../../../test/support/until.ts';
import { recorder } from './support.ts';

const ACCOUNT = { token: 'TOKEN' };

class OnlyOnce {
  body = '';
  once(): void {}
  writeHead(): void {}
  end(text: string): void {
    this.body = text;
  }
}
class WithoutOff extends OnlyOnce {
  readonly events = new EventEmitter();
  override once(): void {
    this.events.once('close', () => {});
  }
  removeListener(): void {}
}

it.each([OnlyOnce, WithoutOff])(
  'a slow handler answers on a response of the kind %p',
  async (Kind) => {
    const log = recorder();
    const webhook = createWebhook({ ...ACCOUNT, logger: log }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return 'the reply';
    });
    const { query, body } = plain(ACCOUNT, userMessage('text'));
    const request = { method: 'POST', url: `/?${search(query)}`, headers: {} };
    const response = new Kind();
    const described = nodeRequest(
      request as IncomingMessage,
      response as unknown as ServerResponse,
      request,
      { body },
    );
    sendResponse(response as unknown as ServerResponse, await webhook.handle(described));
    expect(response.body).toContain('the reply');
    expect(log.lines).toEqual([]);
  },
);

it('the signal of a client of HTTP/2 that has gone already is aborted', () => {
  const response = { stream: { destroyed: true }, once() {} } as unknown as ServerResponse;
  const { signal } = nodeRequest({ method: 'POST', headers: {} } as IncomingMessage, response);
  expect(signal?.aborted).toBe(true);
});

it('a reply is pushed when the client has gone while its response waits behind another', async () => {
  const clock = new ManualClock();
  const pushed: unknown[] = [];
  const events = new EventEmitter();
  const send = async (_openid: string, reply: unknown) => pushed.push(reply);
  const client = { message: { custom: { send } } };
  const options = { ...ACCOUNT, client, clock, maxDeliveries: 1 as const, logger: recorder() };
  let started = 0;
  const webhook = createWebhook(options, async (message) => {
    started += 1;
    const [content] = await once(events, message.source);
    return content as string;
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) =>
    sendResponse(response, await webhook.handle(nodeRequest(request, response)));
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  for (const FromUserName of ['first', 'second']) {
    const { query, body = '' } = plain(ACCOUNT, userMessage('text', { FromUserName }));
    socket.write(
      `POST /?${search(query)} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  const [connection] = (await accepted) as [EventEmitter];
  await until(() => started === 2);
  const gone = once(connection, 'close');
  socket.destroy();
  await gone;
  events.emit('second', 'to the second');
  await clock.advance(20_000);
  expect(pushed).toEqual([{ type: 'text', content: 'to the second' }]);
  events.emit('first', 'to the first');
  await clock.advance(20_000);
  expect(pushed).toHaveLength(2);
  server.close();
});
