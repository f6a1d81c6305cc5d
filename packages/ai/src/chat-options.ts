import {
  type Clock,
  type Exchange,
  InvalidArgumentError,
  type Logger,
  type MessageMap,
  type MessageName,
} from '@wechat-mp/core';
import {
  checkBoolean,
  checkFilledText,
  checkFunction,
  checkTexts,
  createMethodsCheck,
  refuseMissing,
  systemClock,
} from '@wechat-mp/core/stores';
import { checkFormat, type Format } from './format.ts';
import { checkHistory, type HistoryOptions, type HistorySettings } from './history.ts';
import { checkLanguage } from './language.ts';
import type { Limits } from './limits.ts';
import type { ImageInput } from './media.ts';
import type { ChatMessage, ModelInfo } from './messages.ts';
import { checkModeration, type Moderation } from './moderation.ts';
import { checkAmount, checkClock, type Filled, readKnown } from './options.ts';
import type { ModelAnswer } from './stream.ts';
import { type ChatTexts, checkTexts as checkChatTexts } from './texts.ts';

/** The messages sent to the model, oldest first. */
export type Question =
  | string
  | { readonly text: string; readonly images?: readonly ImageInput[] | undefined };

export interface ChatOptions<N extends MessageName = 'text'> {
  /** Calls the model: returns a text, a stream of any supported kind, or a promise of either. */
  model: (messages: ChatMessage[], info: ModelInfo<N>) => ModelAnswer;
  /** The system prompt. */
  system?: string | ((info: ModelInfo<N>) => string | Promise<string>) | undefined;
  /** Reads the question from the message. Default: its text, or the recognised text of a voice message. */
  input?:
    | ((message: MessageMap[N], exchange: Exchange<N>) => Question | Promise<Question>)
    | undefined;
  /** How much of the conversation is remembered; `false` for nothing. Default: 10 turns, 16 KiB. */
  history?: HistoryOptions | false | undefined;
  /** How the model's Markdown is shown. Default: `wechat`. */
  format?: Format | undefined;
  /** Texts that clear the conversation. Default: `/reset`. */
  reset?: string | readonly string[] | undefined;
  /**
   * Keyword by which the user asks for an answer that could not be sent; see `keepUndelivered`.
   * Default: 继续.
   */
  continueWith?: string | undefined;
  /**
   * The language of the bot's own texts, `zh` or `en`, also with a region as WeChat has it: `zh_CN`.
   * A function that returns another one, or none, chooses the default. Default: `zh`.
   */
  language?:
    | string
    | ((
        message: MessageMap[N],
        exchange: Exchange<N>,
      ) => string | undefined | Promise<string | undefined>)
    | undefined;
  texts?: Partial<ChatTexts> | undefined;
  /** Limits of what users may ask, created by `createLimits`. Default: none. */
  limits?: Limits | undefined;
  moderate?: Moderation<ModelInfo<N>> | undefined;
  /** Whether the user sees a typing indicator, where the client can show one. Default: true. */
  typing?: boolean | undefined;
  /** Maximum size of one answer in bytes. Default: 1 MiB. */
  maxBytes?: number | undefined;
  /**
   * Receives errors that cost no answer, such as those of a model that fails in the middle, in place
   * of the webhook's `logger`. Its lines name the message, and no account. Default: the webhook's.
   */
  logger?: Pick<Logger, 'error'> | undefined;
  /** Clock, for tests. Default: the system clock. */
  clock?: Clock | undefined;
}

/** The options of `chat()`: their defaults and checks. */
const CHAT_OPTIONS = {
  model: { check: checkFunction },
  system: { check: checkSystem },
  input: { check: checkFunction },
  history: { initial: {}, check: checkHistory },
  format: { initial: 'wechat', check: checkFormat },
  reset: { initial: '/reset', check: checkTexts },
  continueWith: { initial: '继续', check: checkFilledText },
  language: { initial: 'zh', check: checkLanguages },
  texts: { initial: {}, check: checkChatTexts },
  limits: { check: createMethodsCheck<Limits>(['acquire'], 'the result of createLimits') },
  moderate: { initial: {}, check: checkModeration },
  typing: { initial: true, check: checkBoolean },
  maxBytes: { initial: 1_048_576, check: checkAmount },
  logger: { check: createMethodsCheck<Pick<Logger, 'error'>>(['error'], 'a logger') },
  clock: { initial: systemClock, check: checkClock },
} satisfies Readonly<Record<keyof ChatOptions, object>>;

/** The checked options of `chat()`. */
export type ChatSettings<N extends MessageName> = Pick<
  ChatOptions<N>,
  'model' | 'system' | 'input' | 'limits' | 'logger'
> &
  Filled<
    ChatOptions<N>,
    'continueWith' | 'format' | 'language' | 'maxBytes' | 'typing' | 'clock'
  > & {
    readonly history: HistorySettings | false;
    readonly reset: readonly string[];
    readonly texts: Partial<ChatTexts>;
    readonly moderate: Moderation<ModelInfo<N>>;
  };

/** Checks the options of `chat()`. */
export function readChatOptions<N extends MessageName>(options: ChatOptions<N>): ChatSettings<N> {
  const settings = readKnown('the options of chat', CHAT_OPTIONS, options);
  if (!settings.model) refuseMissing('model', 'a function that calls the model');
  return settings as unknown as ChatSettings<N>;
}

function checkSystem(name: string, value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'function') return value;
  throw new InvalidArgumentError(`${name} must be a string or a function`);
}

function checkLanguages(name: string, value: unknown): unknown {
  return typeof value === 'function' ? value : checkLanguage(name, value as string);
}
