// Type-checked against the packed tarballs, once as an ES module and once, renamed, as CommonJS.
import { createWebhook, type WebhookResponse } from '@wechat-mp/core';
import { wechat as forExpress } from '@wechat-mp/express';
import { wechat as forFastify } from '@wechat-mp/fastify';
import { wechat as forKoa } from '@wechat-mp/koa';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';

const webhook = createWebhook('TOKEN', {
  text: (message) => message.content satisfies string,
});

export const response: Promise<WebhookResponse> = webhook.handle({
  method: 'POST',
  query: { signature: '', timestamp: '', nonce: '' },
  body: '',
});

express().use('/wechat', forExpress(webhook));
new Koa().use(forKoa('TOKEN', { text: (message) => message.content }));
void fastify().register(forFastify(webhook), { prefix: '/wechat' });
