import type { ChatMessage, ImageInput } from '@wechat-mp/ai';

interface Options {
  readonly signal?: AbortSignal;
}
type Question = string | readonly ChatMessage[];

/** Answers whole, or piece by piece where it is iterated. */
export declare function ask(
  question: Question,
  about?: AbortSignal | Options,
): Promise<string> & AsyncIterable<string>;
export declare function askTokens(
  question: Question,
  about?: AbortSignal | Options,
): AsyncIterable<string>;
export declare function isHarmful(text: string): Promise<boolean>;
export declare function look(
  question: Question,
  images: readonly ImageInput[],
  signal: AbortSignal,
): Promise<string>;
export declare function transcribe(voice: unknown): Promise<string>;
