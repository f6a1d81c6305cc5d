// A bot
export { chat, keepUndelivered } from './chat.ts';
export type { ChatOptions, Question } from './chat-options.ts';
export { type ContinueOptions, continueWith } from './continue-with.ts';
// Errors
export { ModelStreamError } from './errors.ts';
// By themselves
export { type Format, type FormatOptions, formatMarkdown, formatStream } from './format.ts';
export type { HistoryOptions } from './history.ts';
// Limits
export {
  createLimits,
  type LimitRequest,
  type LimitStore,
  type Limits,
  type LimitsOptions,
  MemoryLimitStore,
  type Permit,
  type Rates,
  type Refusal,
  type Scope,
} from './limits.ts';
export {
  type ImageInput,
  type ImageOptions,
  imageInput,
  MediaError,
  type MediaSource,
  type VoiceFile,
  type VoiceOptions,
  voiceText,
} from './media.ts';
export type { ChatMessage, Language, ModelInfo, Usage } from './messages.ts';
export type { Moderation, Verdict } from './moderation.ts';
export { type LimitRedis, type RedisLimitsOptions, redisLimitStore } from './redis-limits.ts';
export { type ModelAnswer, type ReadAnswerOptions, readAnswer } from './stream.ts';
export type { ChatTexts } from './texts.ts';
