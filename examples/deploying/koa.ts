// koa.ts
import { wechat } from '@wechat-mp/koa';
import Koa from 'koa';
import { handlers, onStop, options, port } from './bot.ts';

const bot = wechat({ ...options, path: '/wechat' }, handlers);
const server = new Koa().use(bot).listen(port, () => {
  console.log('listening', server.address());
});

onStop(async () => {
  await bot.close({ timeout: 20_000 });
  await new Promise((resolve) => server.close(resolve));
});
