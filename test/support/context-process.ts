/** One process of a bot, for processes.test.ts: answers the deliveries that it is sent. */

import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook, type Json, type WebhookRequest } from '@wechat-mp/core';
import { Redis } from 'ioredis';

const [port, ordering] = process.argv.slice(2) as [string, 'serial' | 'parallel'];
const redis = new Redis(Number(port));
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));

const webhook = createWebhook(
  { token: 'T0KEN', ordering, replyWindow: 60_000, ...redisStores(redis) },
  {
    text: async ({ content }, { context }) => {
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
  void webhook.handle(request).then(({ status }) => process.send?.({ id, status }));
});
process.send?.('ready');
