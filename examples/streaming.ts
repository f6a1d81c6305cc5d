// A bot that answers while it thinks, until the user says 停. Run: npm run example examples/streaming.ts
// It plays WeChat too, without a server or a network, and takes 22 seconds.
import { setTimeout as pause } from 'node:timers/promises';
import { createWebhook, type MessageClient, Router } from '@wechat-mp/core';
import * as platform from '../test/support/platform.ts';

const account = { token: 'TOKEN' };
const start = performance.now();
const print = (who: string, text: string) => {
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(4);
  console.log(`${seconds} s  ${who} ${text}`);
};

/** Stands in for a language model: a few characters at a time, and no end. */
async function* think(question: string, signal: AbortSignal): AsyncGenerator<string> {
  let tokens = 0;
  try {
    for (let day = 1; ; day += 1) {
      const sentence = `${question}，第 ${day} 天：小猴子翻过一座山，又捡到 ${day} 个桃子。`;
      for (const token of sentence.match(/.{1,3}/gu) ?? []) {
        await pause(150, undefined, { signal });
        tokens += 1;
        yield token;
      }
    }
  } finally {
    print('模型停下  ·', `${tokens} tokens, signal.aborted: ${signal.aborted}`);
  }
}

/** Stands in for the API: prints a customer-service message instead of sending it. */
const client: MessageClient = {
  message: {
    custom: {
      send: async (_openid, reply) => {
        print('客服消息  ←', reply.type === 'text' ? reply.content : reply.type);
      },
    },
  },
};

const bot = new Router()
  .text('停', () => '好的，不说了。')
  .on('text', async function* ({ content }, { signal }) {
    yield* think(content, signal);
  });
// One delivery only, so that the user reads the first words after 4.3 seconds instead of 14.3.
const webhook = createWebhook({ ...account, client, maxDeliveries: 1, interruptBy: '停' }, bot);

/** Does what WeChat does with a user's message. */
async function say(content: string): Promise<void> {
  print('用户      →', content);
  const delivery = platform.plain(account, platform.userMessage('text', { Content: content }));
  const { status, headers, body } = await webhook.handle(delivery);
  const answer = { status, contentType: headers['content-type'], body };
  const reply = platform.readAnswer(account, delivery, answer);
  print('被动回复  ←', reply === 'success' ? reply : (reply['Content'] as string));
}

await say('讲个故事'); //  4.3 s: the passive reply, with what there is by then
await pause(17_000); //    8.8 s and 17.8 s: whole sentences, as customer-service messages
await say('停'); //       21.3 s: the story ends, and what was not sent yet is not sent
