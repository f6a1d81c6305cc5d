/** Many messages that arrive together do not keep the event loop until all of them are answered. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { createWebhook } from '@wechat-mp/core';
import { nodeRequest, sendResponse } from '@wechat-mp/core/adapter';
import { plain, userMessage } from '../../../test/support/platform.ts';
import { until } from '../../../test/support/until.ts';
import { recorder } from './support.ts';

const CONNECTIONS = 60;

function writeRequest(content: string, index: number): string {
  const fields = { ...userMessage('text', { Content: content }), FromUserName: `o${index}` };
  const { query, body = '' } = plain({ token: 'TOKEN' }, fields);
  const search = new URLSearchParams(query as Record<string, string>);
  const length = Buffer.byteLength(`${body}`);
  return `POST /?${search} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

/** Keeps the process busy for three milliseconds, longer than a slice. */
function work(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
}

it.each([
  ['whose bodies come with their heads', (request: string) => [request]],
  ['whose bodies come later', (request: string) => request.split(/(?<=\r\n\r\n)/)],
])('other work has its turn between messages %s', async (_, cut) => {
  let turns = 0;
  const seen: number[] = [];
  const webhook = createWebhook({ token: 'TOKEN', logger: recorder() }, ({ source }) => {
    work();
    seen.push(turns);
    return `to ${source}`;
  });
  const server = createServer((request, response) => {
    void webhook.handle(nodeRequest(request, response)).then((answer) => {
      sendResponse(response, answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let accepted = 0;
  server.on('connection', () => {
    accepted += 1;
  });
  const sockets = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    }),
  );
  await until(() => accepted === CONNECTIONS);
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  const receive = async (socket: Socket) => {
    let answer = '';
    for await (const chunk of socket) {
      answer += chunk;
      if (answer.includes('</xml>')) return answer;
    }
    return answer;
  };
  const requests = sockets.map((__, index) => cut(writeRequest('hi', index)));
  for (const piece of [0, 1]) {
    sockets.forEach((socket, index) => socket.write(requests[index]?.[piece] ?? ''));
    await new Promise((resolve) => setImmediate(resolve));
  }
  count();
  const answers = await Promise.all(sockets.map(receive));
  isOver = true;
  server.close();
  answers.forEach((answer, index) => expect(answer).toContain(`<![CDATA[to o${index}]]>`));
  expect(new Set(seen).size).toBeGreaterThan(CONNECTIONS / 3);
});

it('a request that breaks while it waits for its slice is refused, and ends nothing else', async () => {
  const { query, body = '' } = plain({ token: 'TOKEN' }, userMessage('text', { Content: 'hi' }));
  const length = Buffer.byteLength(`${body}`);
  const request = Object.assign(new Readable({ read: () => {} }), {
    complete: false,
    headers: { 'content-length': `${length}` },
  });
  const webhook = createWebhook({ token: 'TOKEN', logger: recorder() }, () => 'done');
  const answering = webhook.handle({ method: 'POST', query, body: request });
  request.destroy(new Error('the connection broke'));
  expect((await answering).status).toBe(400);
});
