// A bot that remembers, on Fastify.
import { wechat } from '@wechat-mp/fastify';
import fastify from 'fastify';
import { dialogue } from './dialogue.ts';

const app = fastify();
app.register(wechat(process.env['WECHAT_TOKEN'] ?? 'TOKEN', dialogue), { prefix: '/wechat' });

await app.listen({ port: Number(process.env['PORT'] ?? 3000) });
console.log('listening', app.server.address());

// Closing the app closes the webhook too, which waits for what goes on.
process.once('SIGTERM', () => void app.close());
