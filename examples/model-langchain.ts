// A bot on LangChain.
// Run: MODEL_URL=https://dashscope.aliyuncs.com/compatible-mode/v1 MODEL_KEY=… MODEL=qwen-plus npm run example examples/model-langchain.ts
import { ChatOpenAI } from '@langchain/openai';
import { chat, continueWith } from '@wechat-mp/ai';
import { wechat } from '@wechat-mp/express';
import express from 'express';
import { stopOnSigterm } from './stopping.ts';

const model = new ChatOpenAI({
  model: process.env['MODEL'] ?? 'qwen-plus',
  apiKey: process.env['MODEL_KEY'] ?? 'KEY',
  configuration: {
    baseURL: process.env['MODEL_URL'] ?? 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  },
});
const handler = chat({
  system: '你是公众号里的助手，回答简短。',
  model: (messages, { signal }) => model.stream(messages, { signal }),
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
