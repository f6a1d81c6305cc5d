// No framework: a webhook takes a request and gives a response, both plain values.
import { createServer } from 'node:http';
import { createWebhook } from '@wechat-mp/core';
import { bot } from './bot.ts';

const webhook = createWebhook(process.env['WECHAT_TOKEN'] ?? 'TOKEN', bot);

const server = createServer((req, res) => {
  const url = new URL(req.url ?? '/', 'http://localhost');
  void webhook
    .handle({
      method: req.method ?? 'GET',
      query: Object.fromEntries(url.searchParams),
      body: req,
    })
    .then(({ status, headers, body }) => res.writeHead(status, headers).end(body));
});

server.listen(Number(process.env['PORT'] ?? 3000), () => {
  console.log('listening', server.address());
});
