// The bot on Koa, under @koa/router.
import Router from '@koa/router';
import { wechat } from '@wechat-mp/koa';
import Koa from 'koa';
import { bot } from './bot.ts';

const router = new Router();
router.all('/wechat', wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', bot));

const app = new Koa();
app.use(router.routes());

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  console.log('listening', server.address());
});
