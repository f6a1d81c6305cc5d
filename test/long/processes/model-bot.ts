/**
 * One process of a bot with a language model. What the customer-service API takes and what could not
 * be sent stands in Redis, by user.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chat } from '@wechat-mp/ai';
import { redisStores } from '@wechat-mp/context-redis';
import { type Reply, wechat } from '@wechat-mp/express';
import express from 'express';
import { Redis } from 'ioredis';
import { isMarkdown, streamAnswer } from '../model-answers.ts';

const [token = '', redisPort] = process.argv.slice(2);
const redis = new Redis(Number(redisPort));
const stores = redisStores(new Redis(Number(redisPort)));
const getText = (reply: Reply) => (reply.type === 'text' ? reply.content : reply.type);

const options = {
  token,
  maxDeliveries: 1,
  client: {
    message: {
      custom: {
        send: async (openid: string, reply: Reply) => {
          await redis.rpush(`pushed:${openid}`, getText(reply));
        },
      },
    },
  },
  onUndelivered: async (
    { reply }: { reply: Reply },
    { message }: { message: { source: string } },
  ) => {
    await redis.rpush(`undelivered:${message.source}`, getText(reply));
  },
  ...stores,
} as const;

const model = (messages: readonly { content: string }[], { signal }: { signal: AbortSignal }) =>
  streamAnswer(Number(messages.at(-1)?.content), signal);
const formatted = chat<'text'>({ model });
const raw = chat<'text'>({ model, format: 'none' });

const bot = wechat(options, {
  text: (message, exchange) =>
    (isMarkdown(Number(message.content)) ? formatted : raw)(message, exchange),
});
const server = createServer(express().use('/wechat', bot)).listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
