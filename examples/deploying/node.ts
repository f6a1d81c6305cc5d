// node.ts
import { createServer } from 'node:http';
import { createWebhook } from '@wechat-mp/core';
import { nodeRequest } from '@wechat-mp/core/adapter';
import { handlers, onStop, options, port } from './bot.ts';

const webhook = createWebhook(options, handlers);
const server = createServer((req, res) => {
  void webhook
    .handle(nodeRequest(req, res))
    .then(({ status, headers, body }) => res.writeHead(status, headers).end(body));
});
server.listen(port, () => console.log('listening', server.address()));

onStop(async () => {
  await webhook.close({ timeout: 20_000 });
  await new Promise((resolve) => server.close(resolve));
});
