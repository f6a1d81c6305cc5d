/**
 * One process of a bot. Its handler takes as long as the text says, `ID:MILLISECONDS`, and ends with
 * its process when that says `ID:MILLISECONDS:exit`; who ran what, what was pushed and what was told to
 * be undelivered stands in Redis. The stores may be behind a slower way to it.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { redisStores } from '@wechat-mp/context-redis';
import { type Reply, wechat } from '@wechat-mp/express';
import express from 'express';
import { Redis } from 'ioredis';

const [token = '', redisPort, replyWindow, storePort] = process.argv.slice(2);
const redis = new Redis(Number(redisPort));
const stores = redisStores(new Redis(Number(storePort)));
const client = {
  message: {
    custom: {
      send: async (_openid: string, reply: Reply) => {
        await redis.rpush('pushed', reply.type === 'text' ? reply.content : reply.type);
      },
    },
  },
};
const app = express().use(
  '/wechat',
  wechat(
    {
      token,
      replyWindow: Number(replyWindow),
      client,
      onUndelivered: async (_error, { message }) => {
        const [id] = message.type === 'text' ? message.content.split(':') : [message.type];
        await redis.rpush('undelivered', `${id}`);
      },
      ...stores,
    },
    {
      text: async ({ content }, { context }) => {
        const [id, milliseconds, end] = content.split(':');
        await redis.rpush('started', `${id}:${process.pid}`);
        await pause(Number(milliseconds));
        if (end === 'exit') process.exit(1);
        context.set('last', `${id}`);
        return `done ${id}`;
      },
    },
  ),
);
const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
