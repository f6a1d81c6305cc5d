// A bot that remembers, on Express. With REDIS_URL its memory is shared by all processes.
import { redisStores } from '@wechat-mp/context-redis';
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { Redis } from 'ioredis';
import { dialogue } from './dialogue.ts';
import { stopOnSigterm } from './stopping.ts';

const url = process.env['REDIS_URL'];
const redis = url ? new Redis(url) : undefined;
const stores = redis ? redisStores(redis) : {};

const app = express();
const answering = wechat({ token: process.env['WECHAT_TOKEN'] ?? 'TOKEN', ...stores }, dialogue);
app.use('/wechat', answering);

const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, answering);
// Its connection is the last to go.
server.once('close', () => redis?.disconnect());
