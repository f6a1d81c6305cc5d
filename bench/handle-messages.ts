// Measures handle() of the core that it was bundled with, whenever bench/handle.ts asks.
import { createWebhook, type WebhookRequest } from '@wechat-mp/core';
import * as platform from '../test/support/platform.ts';

const USERS = 1000;
const options = { token: 'TOKEN' };
const webhook = createWebhook(options, { text: ({ content }) => content });
let count = 0;

/** Different messages throughout: one that was there before is a retry. */
function createRequest(): WebhookRequest {
  count += 1;
  const fields = platform.userMessage('text', { Content: 'hello' });
  const { query, body } = platform.plain(options, {
    ...fields,
    FromUserName: `o9AgO5Kd5ggOC-bXrbNODIiE${count % USERS}`,
  });
  // As flat as a body that came from a socket.
  return { method: 'POST', query, body: Buffer.from(body ?? '').toString() };
}

/** CPU microseconds per message. */
async function measure(messages: number): Promise<number> {
  const requests = Array.from({ length: messages }, createRequest);
  const cpu = process.cpuUsage();
  for (const request of requests) {
    const { status, body } = await webhook.handle(request);
    if (status !== 200 || !body.includes('hello')) throw new Error(`answered ${status}: ${body}`);
  }
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / messages;
}

process.on('message', (messages: number) => {
  void measure(messages).then((microseconds) => process.send?.(microseconds));
});
process.send?.('ready');
