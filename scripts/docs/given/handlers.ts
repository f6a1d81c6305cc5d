import type { Handlers } from '@wechat-mp/core';

export const handlers: Handlers = { text: ({ content }) => content };
