// Answering WeChat
export type { AccountResolver, Mode, WebhookOptions } from './account.ts';
export type {
  Exchange,
  Handler,
  Handlers,
  Middleware,
  WebhookRequest,
  WebhookResponse,
} from './exchange.ts';
export type { Logger } from './logger.ts';
export { type ErrorHandler, type HandlersLike, Router } from './router.ts';
export { createWebhook, type Webhook } from './webhook.ts';

// Conversations
export {
  type ContextBacking,
  type Expiry,
  type Json,
  WechatContext,
  type WechatState,
} from './context/context.ts';
export { MemoryContextStore } from './context/memory.ts';
export type { Ordering } from './context/session.ts';
export type {
  ContextLock,
  ContextRecord,
  ContextStore,
  ContextUser,
  Loaded,
  SaveOptions,
} from './context/store.ts';

// Messages and replies
export {
  type KeyedEventName,
  type Message,
  type MessageMap,
  type MessageName,
  messageNames,
  parseMessage,
} from './message/message.ts';
export { type Addressee, renderReply } from './reply/render.ts';
export {
  type Article,
  type Reply,
  type ReplyLike,
  reply,
} from './reply/reply.ts';
export type { Fields, FieldValue } from './tree.ts';

// Signatures and ciphers
export { MessageCipher } from './cipher.ts';
export { checkSignature, jsapiSignature, type SignedParts, sign } from './signature.ts';

// Errors
export {
  CipherError,
  ContextConflictError,
  ContextStoreError,
  InvalidArgumentError,
  NeedParamError,
  NeedParseError,
  ParseError,
  RequestError,
  type RequestErrorCode,
  SignatureError,
  WechatError,
} from './errors.ts';

// For those who write an adapter
export {
  type AdapterOptions,
  expose,
  guard,
  type Mounted,
  mount,
  nodeRequest,
  type Route,
  type WechatRequest,
} from './adapter.ts';
