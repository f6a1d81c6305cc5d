// No framework: a webhook takes a request and gives a response, both plain values.
import { createServer } from 'node:http';
import { createWebhook } from '@wechat-mp/core';
import { nodeRequest } from '@wechat-mp/core/adapter';
import { bot } from './bot.ts';
import { stopOnSigterm } from './stopping.ts';

const webhook = createWebhook(process.env['WECHAT_TOKEN'] ?? 'TOKEN', bot);

const server = createServer((req, res) => {
  void webhook
    .handle(nodeRequest(req, res))
    .then(({ status, headers, body }) => res.writeHead(status, headers).end(body));
});

server.listen(Number(process.env['PORT'] ?? 3000), () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, webhook);
