import type { Handlers } from '@wechat-mp/core';

/** Counts the user's messages, and quotes the last one. */
export const dialogue: Handlers = {
  text: (message, { context }) => {
    const step = context.get('step', 1);
    const lastText = context.get('lastText', '');
    context.set('step', step + 1).set('lastText', message.content);
    return `这是第 ${step} 次对话${step > 1 ? `，上一次对话文字：${lastText}` : ''}`;
  },
  default: () => '错误的信息类型',
};
