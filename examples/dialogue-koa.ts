// A bot that remembers, on Koa.
import { wechat } from '@wechat-mp/koa';
import Koa from 'koa';
import { dialogue } from './dialogue.ts';
import { stopOnSigterm } from './stopping.ts';

const app = new Koa();
const options = { token: process.env['WECHAT_TOKEN'] ?? 'TOKEN', path: '/wechat' };
const answering = wechat(options, dialogue);
app.use(answering);

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, answering);
