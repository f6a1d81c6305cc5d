// A bot: what answers the messages of an account
export { createWebhook, type Webhook, type WebhookControls } from './webhook.ts';
export type {
  AccountOptions,
  CloudOptions,
  LateReply,
  Mode,
  Source,
  WebhookOptions,
} from './options.ts';
export type { AccountResolver } from './account.ts';
export type {
  Answer,
  DeliveryState,
  Exchange,
  Handler,
  Handlers,
  MessageClient,
  Middleware,
  ReplyStream,
  WebhookRequest,
  WebhookResponse,
} from './exchange.ts';
export { type ErrorHandler, type HandlersLike, Router } from './router.ts';
export type { Clock, Timer } from './clock.ts';
export type { Logger } from './logger.ts';

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
export type { Fields, FieldValue, Tree, TreeValue } from './tree.ts';

// Conversations, and replies that are late: kept in memory, or by a store of @wechat-mp/context-redis
export { type Expiry, type Json, WechatContext, type WechatState } from './context/context.ts';
export { MemoryContextStore } from './context/memory.ts';
export type { ContextStore } from './context/store.ts';
export type { Ordering } from './context/transaction.ts';
export { MemoryDeliveryStore } from './delivery/memory.ts';
export type { DeliveryStore } from './delivery/store.ts';
export { type MessageKey, messageKey, UndeliveredError } from './undelivered.ts';
export type { ContextOwner } from './with-context.ts';

// Web pages: who looks at them
export { createOAuth, type OAuth, type OAuthOutcome, type OAuthRedirect } from './oauth/oauth.ts';
export type {
  OAuthClient,
  OAuthCookieOptions,
  OAuthLanguage,
  OAuthOptions,
  OAuthScope,
} from './oauth/options.ts';
export {
  createSceneLogin,
  type SceneCode,
  type SceneLogin,
  type SceneLoginClient,
  type SceneLoginOptions,
  type SceneOutcome,
} from './oauth/scene-login.ts';
export type { WechatLogin, WechatUser } from './oauth/user.ts';
export type { OAuthRequest } from './oauth/visit.ts';

// Errors
export { describeError, type ErrorDescription } from './describe-error.ts';
export {
  CipherError,
  ContextConflictError,
  InvalidArgumentError,
  NeedParamError,
  NeedParseError,
  OAuthError,
  type OAuthErrorReason,
  ParseError,
  RequestError,
  type RequestErrorCode,
  RunTooLongError,
  SignatureError,
  StoreError,
  WechatError,
} from './errors.ts';

// Events of node:diagnostics_channel
export type {
  CallEvent,
  CallTrace,
  DeliveryEvent,
  DiagnosticsChannels,
  LateReason,
  ReplyEvent,
  RunEvent,
  RunOutcome,
  RunTrace,
  SeenError,
} from './diagnostics.ts';

// By hand: signatures, ciphers, and where the console has a setting
export { MessageCipher } from './cipher.ts';
export { CONSOLE } from './console.ts';
export { openEnvelope, type SealOptions, sealEnvelope } from './sealed-envelope.ts';
export { checkSignature, jsapiSignature, type SignedParts, sign } from './signature.ts';

// Moved to @wechat-mp/core/adapter
export {
  /** @deprecated Import it from '@wechat-mp/core/adapter'. */
  type AdapterOptions,
  /** @deprecated Import it from '@wechat-mp/core/adapter'. */
  expose,
  /** @deprecated Import it from '@wechat-mp/core/adapter'. */
  guard,
  /** @deprecated Import it from '@wechat-mp/core/adapter'. */
  mount,
  /** @deprecated Import it from '@wechat-mp/core/adapter'. */
  nodeRequest,
  /** @deprecated Import it from '@wechat-mp/core/adapter'. */
  sendResponse,
  /** @deprecated Import it from '@wechat-mp/core/adapter'. */
  type WechatRequest,
} from './adapter.ts';
