/** A service's log with pino, as the library writes to it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createWebhook, type HandlersLike, type WebhookOptions } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { pino } from 'pino';
import { event, plain, userMessage } from '../support/platform.ts';

type Line = Record<string, unknown> & { message?: Record<string, unknown>; msg: string };

function createLog() {
  const lines: Line[] = [];
  const write = (text: string) => void lines.push(JSON.parse(text) as Line);
  return { lines, logger: pino({ name: 'shop', level: 'debug' }, { write }) };
}

/** A line is the service's own: its name, and dated now, in milliseconds. */
function expectOwn(lines: readonly Line[]): void {
  expect(lines).not.toEqual([]);
  for (const line of lines) {
    expect(line).toMatchObject({ name: 'shop', pid: process.pid, msg: expect.any(String) });
    expect(String(line['time'])).toMatch(/^\d{13}$/);
  }
}

const fail = () => {
  throw new Error('broken');
};
const text = userMessage('text', { Content: 'hi' });
const KEY = {
  type: 'text',
  id: text['MsgId'],
  target: text['ToUserName'],
  time: expect.any(Number),
};

test.each<[string, HandlersLike, Partial<WebhookOptions>]>([
  ['a handler fails', { text: fail }, {}],
  ['onError fails too', { text: fail }, { onError: fail }],
  ['a handler returns what is no reply', { text: () => [{ pic: 'a' } as never] }, {}],
  ['a handler is to run again', { text: fail }, { retryOnError: true, replyWindow: 1 }],
  [
    'what is shown meanwhile fails',
    { text: () => new Promise(() => {}) },
    { pending: fail, replyWindow: 1, maxDeliveries: 1, maxRun: 20 },
  ],
])(
  '%s: the line names the message, and leaves the service its name and time',
  async (_, handlers, options) => {
    const { lines, logger } = createLog();
    const webhook = createWebhook({ token: 'TOKEN', logger, ...options }, handlers);
    await webhook.handle(plain({ token: 'TOKEN' }, text));
    expectOwn(lines);
    for (const { message } of lines) expect(message).toMatchObject(KEY);
  },
);

test('dropped articles, an unknown option and a refused delivery are logged too', async () => {
  const { lines, logger } = createLog();
  const options = { token: 'TOKEN', logger, unheardOf: 1 };
  const webhook = createWebhook(options, { default: () => Array.from({ length: 9 }, () => ({})) });
  await webhook.handle(plain({ token: 'TOKEN' }, event('CLICK', { EventKey: 'A' })));
  await webhook.handle(plain({ token: 'OTHER' }, text));
  expect(lines.length).toBeGreaterThanOrEqual(3);
  expectOwn(lines);
});

test.each([
  ['is answered', { subscribe: 1 }],
  ['is refused', { errcode: 40_003, errmsg: 'invalid openid' }],
])('a call of the API that %s is under `call`, its milliseconds whole', async (_, answer) => {
  const server = createServer((request, response) => {
    const isToken = request.url?.includes('token');
    const token = { access_token: 'T', expires_in: 7200 };
    request
      .resume()
      .on('end', () =>
        response.end(
          JSON.stringify(isToken && !request.url?.includes('user/info') ? token : answer),
        ),
      );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { lines, logger } = createLog();
  const client = new OfficialClient({ appid: 'wx1', appsecret: 's', baseUrl, logger });
  await client.user.get('o1').catch(() => {});
  server.closeAllConnections();
  server.close();
  expectOwn(lines);
  const [call] = lines.map((line) => line['call'] as Record<string, unknown>).slice(-1);
  expect(call).toMatchObject({
    name: 'user.get',
    path: '/cgi-bin/user/info',
    status: 200,
    attempt: 1,
  });
  expect(Number.isInteger(call?.['milliseconds'])).toBe(true);
});
