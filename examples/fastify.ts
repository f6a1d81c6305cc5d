// The bot on Fastify, beside another route.
import { wechat } from '@wechat-mp/fastify';
import fastify from 'fastify';
import { bot } from './bot.ts';

const app = fastify();
app.register(wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', bot), { prefix: '/wechat' });
app.get('/health', async () => ({ healthy: true }));

await app.listen({ port: Number(process.env['PORT'] ?? 3000) });
console.log('listening', app.server.address());

// Closing the app closes the webhook too, which waits for what goes on.
process.once('SIGTERM', () => void app.close());
