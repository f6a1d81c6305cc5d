// The bot on Koa, under @koa/router.
import Router from '@koa/router';
import { wechat } from '@wechat-mp/koa';
import Koa from 'koa';
import { bot } from './bot.ts';
import { stopOnSigterm } from './stopping.ts';

const router = new Router();
const answering = wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', bot);
router.all('/wechat', answering);

const app = new Koa();
app.use(router.routes());

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, answering);
