/** Checked by tsc; it never runs. */
import type { Handlers } from '@wechat-mp/core';
import { chat, imageInput, type ModelInfo, voiceText } from '../src/index.ts';

const model = () => 'text';

export const handlers: Handlers = {
  text: chat({ model, input: ({ content }) => content.trim() }),
  voice: chat({ model, input: (message) => voiceText(message) }),
  image: chat({
    model: (_messages, { message }) => message.picUrl,
    input: async (message) => ({ text: 'What is it?', images: [await imageInput(message)] }),
  }),
};

export function createTool({ openid, language, context }: ModelInfo<'text'>): string {
  const count: number = context.get('count', 0);
  return `${openid satisfies string} ${language satisfies 'zh' | 'en'} ${count}`;
}
