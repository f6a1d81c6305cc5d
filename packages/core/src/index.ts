// Answering WeChat
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
export { type Clock, systemClock, type Timer } from './clock.ts';
export type { Logger } from './logger.ts';
export type { AccountOptions, CloudOptions, Mode, Source, WebhookOptions } from './options.ts';
export { type ErrorHandler, type HandlersLike, Router } from './router.ts';
export { type Around, createWebhook, type Webhook, type WebhookControls } from './webhook.ts';
export type { ContextOwner } from './with-context.ts';

// Conversations
export {
  type ContextBacking,
  type Expiry,
  type Json,
  WechatContext,
  type WechatState,
} from './context/context.ts';
export { MemoryContextStore } from './context/memory.ts';
export type { Ordering, Refused, Save } from './context/transaction.ts';
export type {
  ContextLock,
  ContextRecord,
  ContextStore,
  ContextUser,
  Loaded,
  SaveOptions,
} from './context/store.ts';

// The reply window
export { type MessageKey, UndeliveredError } from './undelivered.ts';
export { MemoryDeliveryStore } from './delivery/memory.ts';
export type {
  Begun,
  Claim,
  Claimed,
  CompletionResult,
  DeliveryId,
  DeliveryStore,
  Ended,
  Finish,
  Free,
  LeaseRequest,
  Outcome,
  RegisteredRun,
  RunRegistry,
  UnitOfWork,
  WaitOptions,
} from './delivery/store.ts';
export { HELD_LIMITS } from './delivery/store.ts';
export type { LateReply } from './options.ts';

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

// Signatures and ciphers
export { MessageCipher } from './cipher.ts';
export { openEnvelope, type SealOptions, sealEnvelope } from './sealed-envelope.ts';
export { checkSignature, jsapiSignature, type SignedParts, sign } from './signature.ts';

// Seeing what goes on: node:diagnostics_channel
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

// Logging in to web pages
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
  StoreError,
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
  WechatError,
} from './errors.ts';

// Where the console has a setting
export { CONSOLE } from './console.ts';

// For those who write an adapter or a store
export {
  type AdapterOptions,
  type Closable,
  expose,
  guard,
  isSamePath,
  type Mounted,
  mount,
  type NodeRequest,
  nodeRequest,
  type Route,
  sendResponse,
  type WechatRequest,
} from './adapter.ts';
export { checkSpelling } from './spelling.ts';
export { within } from './with-timeout.ts';
