/** Injection tokens of the module. */
export const WECHAT_WEBHOOK: unique symbol = Symbol('WECHAT_WEBHOOK');
export const WECHAT_CLIENT: unique symbol = Symbol('WECHAT_CLIENT');
export const WECHAT_CONTEXTS: unique symbol = Symbol('WECHAT_CONTEXTS');
