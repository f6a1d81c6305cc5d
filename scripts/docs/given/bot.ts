import { createWebhook, type Webhook } from '@wechat-mp/core';
import { handlers } from './handlers.ts';

export const webhook: Webhook = createWebhook('TOKEN', handlers);
