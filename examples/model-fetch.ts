// A bot without any SDK, for every address that speaks OpenAI's format. DeepSeek, Qwen, Kimi and GLM
// differ by an address and a name. Voices are read when the platform has recognised them.
// Run: MODEL_KEY=… npm run example examples/model-fetch.ts
import { chat, continueWith, voiceText } from '@wechat-mp/ai';
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { stopOnSigterm } from './stopping.ts';

const MODELS = {
  deepseek: ['https://api.deepseek.com/v1', 'deepseek-chat'],
  qwen: ['https://dashscope.aliyuncs.com/compatible-mode/v1', 'qwen-plus'],
  kimi: ['https://api.moonshot.cn/v1', 'kimi-latest'],
  glm: ['https://open.bigmodel.cn/api/paas/v4', 'glm-4-flash'],
} as const;
const [address, name] = MODELS.deepseek;
const url = `${process.env['MODEL_URL'] ?? address}/chat/completions`;

const ask = (messages: object[], signal: AbortSignal) =>
  fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env['MODEL_KEY'] ?? 'KEY'}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: process.env['MODEL'] ?? name, messages, stream: true }),
    signal,
  });

const token = process.env['WECHAT_TOKEN'] ?? 'TOKEN';
const bot = wechat(
  { token, ...continueWith('继续') },
  {
    text: chat({ model: (messages, { signal }) => ask(messages, signal) }),
    voice: chat<'voice'>({
      model: (messages, { signal }) => ask(messages, signal),
      input: (message) => voiceText(message),
    }),
  },
);

const app = express();
app.use('/wechat', bot);
const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  console.log('listening', server.address());
});
stopOnSigterm(server, bot);
