/** A bot on the framework that is named, whose handler takes 600 ms; it stops as the examples do. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createWebhook, type Handlers, type MessageClient } from '@wechat-mp/core';
import { nodeRequest } from '@wechat-mp/core/adapter';
import * as onExpress from '@wechat-mp/express';
import * as onFastify from '@wechat-mp/fastify';
import * as onKoa from '@wechat-mp/koa';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { stopOnSigterm } from '../../../examples/stopping.ts';

const client: MessageClient = {
  message: {
    custom: {
      send: async (_openid, reply) => console.log('pushed', JSON.stringify(reply)),
    },
  },
};
// Told before anything else hears of it.
process.once('SIGTERM', () => console.log('told to stop'));

const options = { token: 'TOKEN', client };
const handlers: Handlers = {
  text: async ({ content }) => {
    console.log('begins');
    await pause(600);
    return `done ${content}`;
  },
};

const servers: Record<string, () => Promise<Server>> = {
  async express() {
    const bot = onExpress.wechat(options, handlers);
    const server = express().use('/wechat', bot).listen(0);
    stopOnSigterm(server, bot);
    return server;
  },
  async koa() {
    const bot = onKoa.wechat(options, handlers);
    const server = new Koa().use(bot).listen(0);
    stopOnSigterm(server, bot);
    return server;
  },
  async fastify() {
    const app = fastify();
    app.register(onFastify.wechat(options, handlers), { prefix: '/wechat' });
    process.once('SIGTERM', () => void app.close());
    await app.ready();
    return app.server.listen(0);
  },
  async node() {
    const webhook = createWebhook(options, handlers);
    const server = createServer((req, res) => {
      void webhook
        .handle(nodeRequest(req, res))
        .then(({ status, headers, body }) => res.writeHead(status, headers).end(body));
    }).listen(0);
    stopOnSigterm(server, webhook);
    return server;
  },
};

const start = servers[process.env['FRAMEWORK'] as string] as () => Promise<Server>;
const server = await start();
if (!server.listening) await once(server, 'listening');
console.log('port:', (server.address() as AddressInfo).port);
