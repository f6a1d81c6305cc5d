// A bot on the Vercel AI SDK whose model calls a tool, which knows who asks.
// Run: MODEL_URL=https://api.deepseek.com/v1 MODEL_KEY=… MODEL=deepseek-chat npm run example examples/model-ai-sdk.ts
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { chat, continueWith, type ModelInfo } from '@wechat-mp/ai';
import { wechat } from '@wechat-mp/express';
import { jsonSchema, stepCountIs, streamText, tool } from 'ai';
import express from 'express';
import { stopOnSigterm } from './stopping.ts';

const provider = createOpenAICompatible({
  name: 'model',
  baseURL: process.env['MODEL_URL'] ?? 'https://api.deepseek.com/v1',
  apiKey: process.env['MODEL_KEY'] ?? 'KEY',
});

/** Tools get the user, the language and the conversation's context by one argument. */
const createTools = ({ openid, language, context }: ModelInfo<'text'>) => ({
  findOrder: tool({
    description: 'Finds the order of the user who asks',
    inputSchema: jsonSchema<{ number: string }>({
      type: 'object',
      properties: { number: { type: 'string' } },
      required: ['number'],
    }),
    execute: async ({ number }) => {
      context.set('lastOrder', number); // kept for the next message
      return { number, owner: openid, state: language === 'zh' ? '已发货' : 'sent' };
    },
  }),
});

const handler = chat({
  // The result itself, not its textStream: that ends without a word when the model fails.
  model: (messages, info) =>
    streamText({
      model: provider(process.env['MODEL'] ?? 'deepseek-chat'),
      messages,
      tools: createTools(info),
      stopWhen: stepCountIs(5),
      abortSignal: info.signal,
      onError: () => {}, // the handler fails with it
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
