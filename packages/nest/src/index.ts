export * from '@wechat-mp/core';
export {
  type HandlerDecorator,
  InjectWechatClient,
  InjectWechatContexts,
  InjectWechatWebhook,
  OnDefault,
  OnEvent,
  OnMessage,
  OnText,
} from './decorators.ts';
export { WechatModule } from './module.ts';
export type { WechatModuleOptions } from './options.ts';
