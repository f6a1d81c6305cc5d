/**
 * One of several processes of a bot to which everything happens. It writes down each text of a user, and
 * takes as many milliseconds as that says, `ID:MILLISECONDS`; its answer is the text's place among them.
 * Redis is found through Sentinel, on ways that `WAYS` says; late replies go to the API at `API`.
 */
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as pause } from 'node:timers/promises';
import { redisStores } from '@wechat-mp/context-redis';
import type { Json } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { wechat } from '@wechat-mp/express';
import { Redis } from 'ioredis';
import { serveBot } from './serve-bot.ts';

const { SENTINELS = '', WAYS = '{}', API, APPID = '', APPSECRET = '' } = process.env;
const redis = new Redis({
  name: 'bot',
  sentinels: SENTINELS.split(',').map((port) => ({ host: '127.0.0.1', port: Number(port) })),
  natMap: JSON.parse(WAYS) as Record<string, { host: string; port: number }>,
});
redis.on('error', () => {});

/** Tells of a message, on a line of its own. */
const tell = (what: string, message: unknown, more = '') =>
  console.log(JSON.stringify({ at: Date.now(), pid: process.pid, what, message, more }));
const write = (level: string) => (details: object, line: string) => {
  const { message, err } = details as { message?: { id?: string }; err?: Error };
  tell(level, message?.id, `${line} ${err?.message ?? ''}`);
};
const logger = {
  error: write('error'),
  warn: write('warn'),
  info: write('info'),
  debug: () => {},
};

for (const channel of ['delivery', 'run', 'reply']) {
  subscribe(`wechat-mp:${channel}`, (told) => {
    const {
      event,
      message,
      account: _account,
      ...more
    } = told as {
      event: string;
      account: string;
      message?: { id?: string };
    };
    tell(event, message?.id, JSON.stringify(more));
  });
}

const stores = redisStores(redis);
const client = new OfficialClient({
  appid: APPID,
  appsecret: APPSECRET,
  baseUrl: API,
  logger,
  ...stores,
});
const bot = wechat(
  {
    token: 'TOKEN',
    // The way here and back may take half a second.
    replyWindow: 4000,
    client,
    logger,
    onUndelivered: async ({ cause }, { message }) => {
      tell('undelivered', 'id' in message ? message.id : '', String(cause));
    },
    ...stores,
  },
  {
    text: async ({ content, id: messageId }, { context, delivery }) => {
      const [id, milliseconds] = content.split(':');
      tell('begins', messageId, `attempt ${delivery.attempt}`);
      const done = [...(context.get('done', [] as Json[]) as string[]), `${id}`];
      context.set('done', done);
      await pause(Number(milliseconds));
      tell('ends', messageId);
      return `${done.length} ${id}`;
    },
  },
);
serveBot(bot, redis);
