/**
 * The back end of an account as the console’s own pages use it, without any promise of the platform.
 *
 * @experimental All of this entry may change in any version, as the back end does: semver does not
 * cover it.
 * @packageDocumentation
 */

// Errors
export { InvalidArgumentError, NeedParamError, StoreError, WechatError } from '../errors.ts';
export { NetworkError, ResponseTooLargeError } from '../official/errors.ts';
export { UnofficialClient } from './client.ts';
export {
  LoginError,
  LoginVerifyCodeError,
  NeedLoginError,
  UnofficialAPIError,
} from './errors.ts';
export type { PageOptions, PublishedOptions } from './library.ts';
export type { Login, UnofficialClientOptions } from './options.ts';
export type { QrCodeLogin, QrCodeState } from './qr-login.ts';
export type { MessageListOptions, UserListOptions } from './reading.ts';
// Sessions
export type { Dialect, Plugin } from './session.ts';
export { FileSessionStore, MemorySessionStore, type SessionStore } from './session-store.ts';
export type * from './shapes.ts';
export type { StatisticsOptions } from './statistics.ts';
