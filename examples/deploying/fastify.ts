// fastify.ts
import { wechat } from '@wechat-mp/fastify';
import fastify from 'fastify';
import { handlers, onStop, options, port } from './bot.ts';

const app = fastify();
app.register(wechat(options, handlers), { prefix: '/wechat' });
await app.listen({ port, host: '0.0.0.0' });
console.log('listening', app.server.address());

// It closes the webhook, too.
onStop(() => app.close());
