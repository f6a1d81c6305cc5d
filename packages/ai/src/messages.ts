import type { Exchange, MessageMap, MessageName, WechatContext } from '@wechat-mp/core';
import type { ImageInput } from './media.ts';

/** One message of a conversation, in the form that model SDKs accept. */
export type ChatMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string }
  | { role: 'assistant'; content: string };

export type Language = 'zh' | 'en';

/** The context of a conversation with any keys, independent of those a project has declared. */
export type OpenContext = WechatContext<{}>;

/** The conversation, as passed to a model and its tools. */
export interface ModelInfo<N extends MessageName = MessageName> {
  /** Aborts when the answer is no longer needed: the user interrupted, or it cannot be delivered any more. */
  readonly signal: AbortSignal;
  readonly message: MessageMap[N];
  readonly exchange: Exchange<N>;
  /** The state of the user's conversation. */
  readonly context: OpenContext;
  readonly openid: string;
  readonly language: Language;
  /** The pictures of the question. */
  readonly images: readonly ImageInput[];
}

/** The size of one answer, for counting costs. */
export interface Usage {
  readonly messages: readonly ChatMessage[];
  readonly answer: string;
}
