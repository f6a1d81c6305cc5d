// The API of an account

// Errors
export { InvalidArgumentError, NeedParamError, StoreError, WechatError } from '../errors.ts';
export {
  type AccessToken,
  type Methods,
  OfficialClient,
  type RequestInput,
  type Ticket,
} from './client.ts';
// The API out of a container of 微信云托管
export { type CloudCallOptions, readCloudToken } from './cloud.ts';
// The API of a third-party platform
export { ComponentClient, type ComponentClientOptions } from './component.ts';
// What goes in and comes out
export type {
  Api,
  AuthorizeOptions,
  BlacklistMethods,
  CustomMethods,
  CustomMiniProgramPage,
  CustomMsgMenu,
  CustomMusic,
  CustomOptions,
  CustomVideo,
  GroupMethods,
  MassImageOptions,
  MassMethods,
  MassNewsOptions,
  MassOptions,
  MassReceivers,
  MassVideo,
  MaterialMethods,
  MaterialOptions,
  MediaMethods,
  MenuMethods,
  Oauth2Methods,
  QrcodeMethods,
  TagMethods,
  TemplateMethods,
  TemplateOptions,
  TemplateValues,
  UserMethods,
} from './conveniences/index.ts';
export type { Download, Id, Success, Upload, UploadOptions } from './endpoint.ts';
export type * from './endpoints/index.ts';
// The tables themselves, for whoever answers such calls
export { endpoints } from './endpoints/index.ts';
export {
  InvalidCredentialError,
  IPNotAllowedError,
  MessageCountError,
  NetworkError,
  NotFollowerError,
  OfficialAPIError,
  type PartlySent,
  QuotaExceededError,
  RateLimitError,
  type Refusal,
  ResponseTooLargeError,
  UnauthorizedAPIError,
  WindowClosedError,
} from './errors.ts';
export type { Hooks, RequestSummary, ResponseSummary } from './hooks.ts';
export type {
  CardExtension,
  Jsapi,
  JsapiConfig,
  Moment,
  PageConfig,
  PageOptions,
} from './jsapi.ts';
export type { CallOptions, CloudClientOptions, OfficialClientOptions, Payment } from './options.ts';

export type { BaseUrl } from './origin.ts';
export type {
  Authorizer,
  BlockedMessage,
  Draft,
  Pages,
  Publication,
  TemplateTitle,
} from './pages.ts';
// Tokens
export type {
  AccessTokenSource,
  GivenAccessToken,
  GivenTicket,
  TicketSource,
  TokenRequest,
} from './token-source.ts';
export { MemoryTokenStore, type Token, type TokenStore } from './token-store.ts';
