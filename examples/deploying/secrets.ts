// secrets.ts
import { createWebhook } from '@wechat-mp/core';
import { handlers } from './handlers.ts';

const list = (name: string) => (process.env[name] ?? '').split(',').filter(Boolean);

// The new one first: WECHAT_TOKEN=NEWTOKEN,OLDTOKEN
export const webhook = createWebhook(
  {
    token: list('WECHAT_TOKEN'),
    appid: process.env['WECHAT_APPID'] ?? '',
    encodingAESKey: list('WECHAT_AES_KEY'),
  },
  handlers,
);
