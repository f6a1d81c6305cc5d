import type { Exchange, MessageMap, MessageName, WechatContext } from '@wechat-mp/core';
import type { ImageInput } from './media.ts';

/** One message of a conversation, in the form that the SDKs of models take. */
export type ChatMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string }
  | { role: 'assistant'; content: string };

export type Language = 'zh' | 'en';

/** The context of a conversation with any keys, whatever a project has declared. */
export type OpenContext = WechatContext<{}>;

/** What a model, and its tools, may know of the conversation. */
export interface ModelInfo<N extends MessageName = MessageName> {
  /** Aborts when nobody reads on: the user interrupted, or the answer cannot arrive any more. */
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
