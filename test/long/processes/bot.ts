/**
 * One process of a bot. Its handler takes as long as the text says, `ID:MILLISECONDS`, and ends with
 * its process when that says `ID:MILLISECONDS:exit`; with `ID:MILLISECONDS:talk` it is a stream, which
 * says something at once, and the rest then. The runs, the pushed replies and what was passed to
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
/** Keeps the lines of the log with the messages that they are about, for when one is lost. */
const write = (level: string) => (details: object, line: string) => {
  const { message, err } = details as { message?: { id: string }; err?: Error };
  const said = `${level} ${line} ${err?.message ?? ''}`;
  void redis.rpush('lines', `${Date.now()} ${process.pid} ${message?.id} ${said}`);
};
const logger = {
  error: write('error'),
  warn: write('warn'),
  info: write('info'),
  debug: () => {},
};
const client = {
  message: {
    custom: {
      send: async (_openid: string, reply: Reply) => {
        const text = reply.type === 'text' ? reply.content : reply.type;
        await redis.rpush('pushed', text);
      },
    },
  },
};
async function* talk(id: string, milliseconds: number): AsyncGenerator<string> {
  yield `${id} begins. `;
  await pause(milliseconds);
  yield `${id} ends.`;
}

const app = express().use(
  '/wechat',
  wechat(
    {
      token,
      replyWindow: Number(replyWindow),
      client,
      onUndelivered: async ({ reply }, { message }) => {
        const [id] = message.type === 'text' ? message.content.split(':') : [message.type];
        await redis.rpush('undelivered', `${id}`);
        await redis.rpush('undelivered replies', JSON.stringify(reply));
      },
      logger,
      ...stores,
    },
    {
      text: async ({ content, id: messageId }, { context }) => {
        const [id, milliseconds, end] = content.split(':');
        await redis.rpush('started', `${id}:${process.pid}`);
        logger.info({ message: { id: messageId } }, `begins ${id}`);
        if (end === 'talk') return talk(`${id}`, Number(milliseconds));
        await pause(Number(milliseconds));
        logger.info({ message: { id: messageId } }, `ends ${id}`);
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
