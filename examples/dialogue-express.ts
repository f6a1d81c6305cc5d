// A bot that remembers, on Express. With REDIS_URL its memory is shared by all processes.
import { redisStores } from '@wechat-mp/context-redis';
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { Redis } from 'ioredis';
import { dialogue } from './dialogue.ts';

const url = process.env['REDIS_URL'];
const stores = url ? redisStores(new Redis(url)) : {};

const app = express();
app.use('/wechat', wechat({ token: process.env['WECHAT_TOKEN'] ?? 'TOKEN', ...stores }, dialogue));

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  console.log('listening', server.address());
});
