import type { AddressInfo } from 'node:net';
import type { wechat } from '@wechat-mp/express';
import express from 'express';
import type { Redis } from 'ioredis';

/** Serves a bot at a port that it prints. SIGTERM lets its handlers end, and then the process. */
export function serveBot(bot: ReturnType<typeof wechat>, redis: Redis): void {
  const server = express()
    .use('/wechat', bot)
    .listen(0, '127.0.0.1', () => {
      console.log('port:', (server.address() as AddressInfo).port);
    });
  const stop = async () => {
    // Longer than any handler takes.
    await bot.close({ timeout: 40_000 });
    server.close(() => redis.disconnect());
  };
  process.once('SIGTERM', () => void stop());
}
