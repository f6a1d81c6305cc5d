/**
 * One of several processes of a bot that is redeployed. It counts the texts of each user, and takes
 * as many milliseconds as a text says, `ID:MILLISECONDS`. Late replies go to the API at `API`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { redisStores } from '@wechat-mp/context-redis';
import { OfficialClient } from '@wechat-mp/core/official';
import { wechat } from '@wechat-mp/express';
import { Redis } from 'ioredis';
import { serveBot } from './serve-bot.ts';

const { REDIS, API, APPID = '', APPSECRET = '' } = process.env;
const redis = new Redis(Number(REDIS));
redis.on('error', (error) => console.error(error.message));
const stores = redisStores(redis);
const client = new OfficialClient({
  appid: APPID,
  appsecret: APPSECRET,
  baseUrl: API,
  ...stores,
});
const bot = wechat(
  { token: 'TOKEN', client, ...stores },
  {
    text: async ({ content }, { context }) => {
      const [id, milliseconds] = content.split(':');
      const count = context.get('count', 0) + 1;
      context.set('count', count);
      await pause(Number(milliseconds));
      return `${count} ${id}`;
    },
  },
);
serveBot(bot, redis);
