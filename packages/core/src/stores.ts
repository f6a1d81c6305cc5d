// For authors of stores. The checks are in @wechat-mp/core/context-store-contract and similar entries.

// Conversations
export type { ContextBacking } from './context/context.ts';
export { MemoryContextStore } from './context/memory.ts';
export type {
  ContextLock,
  ContextRecord,
  ContextStore,
  ContextUser,
  Loaded,
  SaveOptions,
} from './context/store.ts';
export type { Refused, Save } from './context/transaction.ts';

// Deliveries
export { MemoryDeliveryStore } from './delivery/memory.ts';
export {
  type Begun,
  type Claim,
  type Claimed,
  type CompletionResult,
  type DeliveryId,
  type DeliveryStore,
  type Ended,
  type Finish,
  type Free,
  HELD_LIMITS,
  KEPT,
  KEPT_LONG,
  type LeaseRequest,
  MAX_COPIES,
  type Outcome,
  type RegisteredRun,
  type RunRegistry,
  type UnitOfWork,
  type WaitOptions,
} from './delivery/store.ts';

// Tokens
export { MemoryTokenStore, type Token, type TokenStore } from './official/token-store.ts';

// Sessions of the unofficial client
export { MemorySessionStore, type SessionStore } from './unofficial/session-store.ts';

// Time and failures
export { type Clock, systemClock, type Timer } from './clock.ts';
export { InvalidArgumentError, StoreError } from './errors.ts';
export { waitForSliceEnd } from './time-slice.ts';
export { within } from './with-timeout.ts';

// Options, read by a table
export {
  acceptAny,
  checkBoolean,
  checkFilledText,
  checkFunction,
  checkMilliseconds,
  checkPositive,
  checkText,
  checkTexts,
  createChoiceCheck,
  createMethodsCheck,
  type OptionTable,
  readOptions,
  refuseMissing,
  refuseUnknown,
} from './option-checks.ts';
export { checkSpelling } from './spelling.ts';
