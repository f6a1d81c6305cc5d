// handlers.ts
import type { Handlers } from '@wechat-mp/core';

export const handlers: Handlers = {
  text: ({ content }, { context }) => {
    const turn = context.get('turn', 1);
    context.set('turn', turn + 1);
    return `${turn}: ${content}`;
  },
};
