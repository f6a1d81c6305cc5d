// A host that speaks fetch: Hono on Node here; on Bun, Deno and Workers it is `export default app`.
import { serve } from '@hono/node-server';
import { wechat } from '@wechat-mp/core/fetch';
import { Hono } from 'hono';
import { bot } from './bot.ts';

const answer = wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', bot);

const app = new Hono();
app.all('/wechat', (context) => answer(context.req.raw, context));

const server = serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000) }, (address) => {
  console.log('listening', address);
});

// What goes on is waited for; WeChat brings what comes meanwhile to another process, or again.
async function stop(): Promise<void> {
  await answer.close();
  server.close();
}
process.once('SIGTERM', () => void stop());
