// A bot on the OpenAI SDK: answers while the model writes, sends the rest as customer-service
// messages, and keeps what the platform does not take for the user's next message.
// Run: OPENAI_API_KEY=… npm run example examples/model-openai.ts
import { chat, createLimits, keepUndelivered } from '@wechat-mp/ai';
import { OfficialClient } from '@wechat-mp/core/official';
import { wechat } from '@wechat-mp/express';
import express from 'express';
import OpenAI from 'openai';
import { stopOnSigterm } from './stopping.ts';

const openai = new OpenAI({
  apiKey: process.env['OPENAI_API_KEY'] ?? 'KEY',
  baseURL: process.env['MODEL_URL'],
});
const client = new OfficialClient({
  appid: process.env['WECHAT_APPID'] ?? 'wx0123456789abcdef',
  appsecret: process.env['WECHAT_SECRET'] ?? '0123456789abcdef0123456789abcdef',
  baseUrl: process.env['WECHAT_API'],
});

const handler = chat({
  system: '你是公众号里的助手，回答简短。',
  model: (messages, { signal }) =>
    openai.chat.completions.create(
      { model: process.env['MODEL'] ?? 'gpt-5-mini', messages, stream: true },
      { signal },
    ),
  history: { turns: 10 },
  limits: createLimits({ user: { perMinute: 10, concurrent: 2, daily: 200 } }),
});
const bot = wechat(
  {
    token: process.env['WECHAT_TOKEN'] ?? 'TOKEN',
    client,
    maxDeliveries: 1, // the first words after 4.3 seconds
    interruptBy: '停', // stops an answer; chat() does not ask the model then
    onUndelivered: keepUndelivered(() => bot),
  },
  { text: handler },
);

const app = express();
app.use('/wechat', bot);
const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, bot);
