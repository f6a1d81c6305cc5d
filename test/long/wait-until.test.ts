/** Cloudflare's workerd ends what a worker does once it has answered, unless it is asked to wait. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { search } from '../support/http.ts';
import { plain, userMessage } from '../support/platform.ts';
import { installRuntimes, startRuntime } from '../support/runtimes.ts';
import { until } from '../support/until.ts';

const received: string[] = [];
const server = createServer((request, response) => {
  void text(request).then((body) => {
    received.push(body);
    response.end();
  });
});
let worker: Awaited<ReturnType<typeof startRuntime>>;

beforeAll(async () => {
  installRuntimes();
  worker = await startRuntime('workerd', 'test/long/runtimes/late-bot.ts');
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  worker?.stop();
  server.close();
});

async function say(Content: string, more: Record<string, string>): Promise<string> {
  const { query, body = '' } = plain({ token: 'TOKEN' }, userMessage('text', { Content }));
  const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const address = `${worker.origin}/?${search({ ...query, to, ...more })}`;
  return (await fetch(address, { method: 'POST', body })).text();
}

it('a late reply is sent after the response when the worker’s context is handed on, and else not', async () => {
  expect(await say('untold', {})).toContain('wait');
  expect(await say('told', { told: '1' })).toContain('wait');
  await until(() => received.length > 0);
  // The other one would have come before it.
  await pause(500);
  expect(received).toEqual(['{"type":"text","content":"late told"}']);
});
