// Each framework that is installed answers a message over a socket.
import 'reflect-metadata';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createWebhook } from '@wechat-mp/core';
import { nodeRequest, sendResponse } from '@wechat-mp/core/adapter';
import { wechat as forExpress } from '@wechat-mp/express';
import { wechat as forFastify } from '@wechat-mp/fastify';
import { wechat as forKoa } from '@wechat-mp/koa';
import { OnText, WechatModule } from '@wechat-mp/nest';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import { answerOver } from './answer.mjs';

const handlers = { text: (message) => message.content };

await serve(createServer(express().use('/wechat', forExpress('TOKEN', handlers))));
const answerWithKoa = new Koa()
  .use(forKoa({ token: 'TOKEN', path: '/wechat' }, handlers))
  .callback();
await serve(createServer((req, res) => void answerWithKoa(req, res)));

const app = fastify();
app.register(forFastify('TOKEN', handlers), { prefix: '/wechat' });
await answerOver(await app.listen({ port: 0, host: '127.0.0.1' }));
await app.close();

const webhook = createWebhook('TOKEN', handlers);
await serve(
  createServer((req, res) => {
    void webhook.handle(nodeRequest(req, res)).then((answer) => sendResponse(res, answer));
  }),
);

class Bot {
  text({ content }) {
    return content;
  }
}
// What a compiler makes of decorators.
OnText()(Bot.prototype, 'text', Object.getOwnPropertyDescriptor(Bot.prototype, 'text'));
Injectable()(Bot);
class AppModule {}
Module({ imports: [WechatModule.forRoot({ token: 'TOKEN' })], providers: [Bot] })(AppModule);
const nest = await NestFactory.create(AppModule, { logger: false });
await nest.listen(0, '127.0.0.1');
await answerOver(await nest.getUrl());
await nest.close();

async function serve(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await answerOver(`http://127.0.0.1:${server.address().port}`);
  server.close();
  server.closeAllConnections();
}
