// A bot that remembers, on Koa.
import { wechat } from '@wechat-mp/koa';
import Koa from 'koa';
import { dialogue } from './dialogue.ts';

const app = new Koa();
app.use(wechat({ token: process.env['WECHAT_TOKEN'] ?? 'TOKEN', path: '/wechat' }, dialogue));

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  console.log('listening', server.address());
});
