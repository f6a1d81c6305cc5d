// Type-checked against the packed tarballs, once as an ES module and once, renamed, as CommonJS.
import { chat } from '@wechat-mp/ai';
import { redisStores } from '@wechat-mp/context-redis';
import {
  createWebhook,
  type Exchange,
  type MessageMap,
  Router,
  type WebhookResponse,
} from '@wechat-mp/core';
import { type AdapterOptions, type Mounted, mount } from '@wechat-mp/core/adapter';
import { contextStoreContract } from '@wechat-mp/core/context-store-contract';
import { deliveryStoreContract } from '@wechat-mp/core/delivery-store-contract';
import { wechat as forFetch } from '@wechat-mp/core/fetch';
import { OfficialClient } from '@wechat-mp/core/official';
import { wechat as forFunctions } from '@wechat-mp/core/serverless';
import { type ContextStore, MemoryContextStore } from '@wechat-mp/core/stores';
import { tokenStoreContract } from '@wechat-mp/core/token-store-contract';
import { UnofficialClient } from '@wechat-mp/core/unofficial';
import { wechat as forExpress } from '@wechat-mp/express';
import { wechat as forFastify } from '@wechat-mp/fastify';
import { wechat as forKoa } from '@wechat-mp/koa';
import { OnText, WechatModule } from '@wechat-mp/nest';
import { createSimulator } from '@wechat-mp/simulator';
import express from 'express';
import { fastify } from 'fastify';
import { Redis } from 'ioredis';
import Koa from 'koa';

const redis = new Redis({ lazyConnect: true });
const client = new OfficialClient({ appid: 'wx1', appsecret: 's', ...redisStores(redis) });
const bot = new Router()
  .on('image', (message) => message.picUrl satisfies string)
  .event('click', 'HELP', (message) => message.key satisfies string);
const webhook = createWebhook(
  { token: 'TOKEN', client, ...redisStores(redis) },
  { text: (message) => message.content satisfies string },
);

export const response: Promise<WebhookResponse> = webhook.handle({
  method: 'POST',
  query: { signature: '', timestamp: '', nonce: '' },
  body: '',
});

const app = express().use('/wechat', forExpress(webhook));
app.get('/', (req, res) => res.wechatReply(req.wechatMessage.source));
new Koa()
  .use(forKoa('TOKEN', bot))
  .use((ctx) => ctx.wechatReply(ctx.wechatContext.get('name', 'nobody')));
void fastify().register(forFastify(webhook), { prefix: '/wechat' });
export const GET: (request: Request) => Promise<Response> = forFetch('TOKEN', bot);
export const main = forFunctions('TOKEN', { text: chat({ model: async () => 'hello' }) });

export class Bot {
  @OnText(/^order (\d+)$/)
  order(_message: MessageMap['text'], { match }: Exchange<'text'>): string {
    return `${match?.[1]}`;
  }
}
export const module = WechatModule.forRoot({ token: 'TOKEN' });

export const mounted: Mounted = mount('TOKEN' satisfies AdapterOptions, bot);
export const store: ContextStore = new MemoryContextStore();
export const checks = [contextStoreContract, deliveryStoreContract, tokenStoreContract];
export const unofficial = new UnofficialClient();
export const sent: Promise<unknown> = createSimulator({ target: webhook, token: 'TOKEN' }).then(
  (wechat) => wechat.user('alice').sendText('hi'),
);
