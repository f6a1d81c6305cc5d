// The bot on Express. Run: npm run example examples/express.ts
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { bot } from './bot.ts';

const app = express();
app.use('/wechat', wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', bot));

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  console.log('listening', server.address());
});
