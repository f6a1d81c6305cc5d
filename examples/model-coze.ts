// A bot on an agent of Coze (扣子).
// Run: COZE_KEY=pat_… COZE_BOT=… npm run example examples/model-coze.ts
import { chat, continueWith } from '@wechat-mp/ai';
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { stopOnSigterm } from './stopping.ts';

const url = `${process.env['MODEL_URL'] ?? 'https://api.coze.cn/v3'}/chat`;

const handler = chat({
  model: (messages, { openid, signal }) =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${process.env['COZE_KEY'] ?? 'KEY'}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        bot_id: process.env['COZE_BOT'] ?? 'BOT',
        user_id: openid,
        stream: true,
        additional_messages: messages.map(({ role, content }) => ({
          role,
          content,
          content_type: 'text',
        })),
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
