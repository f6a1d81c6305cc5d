// A bot on an application of Dify. Without a conversation_id Dify remembers nothing, so the
// conversation goes along with each question, and `/reset` clears it.
// Run: DIFY_KEY=app-… npm run example examples/model-dify.ts
import { chat, continueWith } from '@wechat-mp/ai';
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { stopOnSigterm } from './stopping.ts';

const url = `${process.env['MODEL_URL'] ?? 'https://api.dify.ai/v1'}/chat-messages`;

const handler = chat({
  model: (messages, { openid, signal }) =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${process.env['DIFY_KEY'] ?? 'KEY'}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        query: messages.map(({ role, content }) => `${role}: ${content}`).join('\n'),
        user: openid,
        inputs: {},
        response_mode: 'streaming',
      }),
      signal,
    }),
});
const token = process.env['WECHAT_TOKEN'] ?? 'TOKEN';
const bot = wechat({ token, ...continueWith('继续') }, { text: handler });

const app = express();
app.use('/wechat', bot);
const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, bot);
