// The bot on Express. Run: npm run example examples/express.ts
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { bot } from './bot.ts';
import { stopOnSigterm } from './stopping.ts';

const app = express();
const answering = wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', bot);
app.use('/wechat', answering);

const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, answering);
