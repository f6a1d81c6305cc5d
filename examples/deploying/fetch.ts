// fetch.ts
import { serve } from '@hono/node-server';
import { wechat } from '@wechat-mp/core/fetch';
import { Hono } from 'hono';
import { handlers, onStop, options, port } from './bot.ts';

const answer = wechat(options, handlers);
const app = new Hono();
app.all('/wechat', (context) => answer(context.req.raw));
const server = serve({ fetch: app.fetch, port }, (address) => console.log('listening', address));

onStop(async () => {
  await answer.close({ timeout: 20_000 });
  await new Promise((resolve) => server.close(resolve));
});
