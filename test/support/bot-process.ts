/**
 * One process of a bot, for tests that need several: `startBot` forks this file. Its handler takes as
 * long as the text says, `ID:MILLISECONDS`, and ends with its process when that says `ID:MILLISECONDS:exit`;
 * who ran what and what was pushed stands in Redis.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { redisStores } from '@wechat-mp/context-redis';
import { type Reply, wechat } from '@wechat-mp/express';
import express from 'express';
import { Redis } from 'ioredis';

export interface Bot {
  readonly address: string;
  readonly pid: number;
  kill(): Promise<void>;
}

const bots = new Set<ChildProcess>();

export async function startBot(redisPort: number, replyWindow: number): Promise<Bot> {
  const child = fork(fileURLToPath(import.meta.url), ['bot', redisPort, replyWindow].map(String), {
    execArgv: ['--conditions=@wechat-mp/source', '--import', 'tsx'],
  });
  bots.add(child);
  child.once('exit', () => bots.delete(child));
  const [listening] = (await once(child, 'message')) as [number];
  return {
    address: `http://127.0.0.1:${listening}/wechat`,
    pid: child.pid as number,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export async function stopBots(): Promise<void> {
  await Promise.all(
    [...bots].map(async (child) => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }),
  );
}

export const TOKEN = 'BotProcess';

async function serve(redisPort: number, replyWindow: number): Promise<void> {
  const redis = new Redis(redisPort);
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
      { token: TOKEN, replyWindow, client, ...redisStores(redis) },
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
}

const [role, ...settings] = process.argv.slice(2);
if (role === 'bot') await serve(...(settings.map(Number) as [number, number]));
