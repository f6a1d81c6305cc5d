/** One process of a bot: answers the deliveries that it is sent. */

import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type Json, type WebhookRequest } from '@wechat-mp/core';
import { Redis } from 'ioredis';

const [port, ordering] = process.argv.slice(2) as [string, 'serial' | 'parallel'];
const redis = new Redis(Number(port));
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));

// A reply that is late is asked for again.
const logger = { error: console.error, warn() {}, info() {}, debug() {} };

const webhook = createWebhook(
  { token: 'T0KEN', ordering, logger, ...redisStores(redis) },
  {
    text: async ({ content }, { context }) => {
      if (content === 'tell') return JSON.stringify(Object.fromEntries(context.items()));
      if (ordering === 'parallel') {
        await pause();
        context.set(content, 1);
        return 'done';
      }
      const done = context.get('done', [] as Json[]) as string[];
      // Delivered again after the process died between its save and its answer.
      if (done.includes(content)) return 'again';
      const step = context.get('step', 0);
      await pause();
      context.set('step', step + 1).set('done', [...done, content]);
      return 'done';
    },
  },
);

process.on('message', ({ id, request }: { id: number; request: WebhookRequest }) => {
  void webhook.handle(request).then(({ status, body }) => process.send?.({ id, status, body }));
});
process.send?.('ready');
