// express.ts
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { handlers, onStop, options, port, redis } from './bot.ts';

const bot = wechat(options, handlers);
let isStopping = false;

const app = express();
app.get('/live', (_req, res) => void res.send('ok'));
app.get('/ready', (_req, res) => {
  const isReady = !isStopping && redis.status === 'ready';
  res.status(isReady ? 200 : 503).send(isReady ? 'ok' : 'no');
});
app.use('/wechat', bot);

const server = app.listen(port);
server.once('listening', () => {
  console.log('listening', server.address());
  process.send?.('ready'); // pm2: wait_ready
});

onStop(async () => {
  isStopping = true;
  await bot.close({ timeout: 20_000 });
  await new Promise((resolve) => server.close(resolve));
});
