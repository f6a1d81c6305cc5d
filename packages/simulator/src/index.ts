// Errors
export { InvalidArgumentError, NeedParamError } from '@wechat-mp/core';
// The platform, and its users
export type { Api, ApiAnswer, ApiRequest, Failure } from './api/server.ts';
// The back end
export {
  type BackEnd,
  type BackEndCall,
  type BackEndData,
  type BackEndOptions,
  type BackEndSession,
  type QrPhone,
  type QrState,
  startBackEnd,
} from './back-end/index.ts';
// How a webhook stands what may come
export {
  type CheckOptions,
  type CheckResult,
  formatResults,
  runCheck,
  type Words,
} from './check/index.ts';
export type { Clock } from './clock.ts';
// Why it does not verify
export { type DiagnoseOptions, diagnose, type Finding, formatFindings } from './doctor/index.ts';
export type * from './events.ts';
export type { Faults } from './faults.ts';
export type { ListenOptions } from './http/listening.ts';
// The chat page
export { type Page, type PageOptions, servePage } from './page/server.ts';
export { createSimulator } from './platform.ts';
export type { SentName } from './push/samples.ts';
export type { Verification } from './push/verification.ts';
export type { InCloud, Simulator, SimulatorOptions, Target, User } from './simulator.ts';
export type * from './state.ts';
export { loadState, saveState } from './state-file.ts';
export type { WireFields, WireValue } from './wire.ts';
export type { AccountSettings } from './world.ts';
