import { InvalidArgumentError, type Message, type WebhookOptions } from '@wechat-mp/core';
import { checkFunction, type OptionTable } from '@wechat-mp/core/stores';
import { checkLanguage } from './language.ts';
import type { Language } from './messages.ts';
import { readKnown } from './options.ts';

export interface ContinueOptions {
  /** `zh` or `en`, also with a region as WeChat has it: `zh_CN`. Default: `zh`. */
  language?: string | undefined;
  /** Creates the text the user reads while the model is still working. */
  pending?: ((keyword: string, seconds: number) => string) | undefined;
  /** Returns the time as Unix milliseconds. For tests. Default: `Date.now`. */
  now?: (() => number) | undefined;
}

const PENDING: Readonly<Record<Language, (keyword: string, seconds: number) => string>> = {
  zh: (keyword, seconds) => `还在想，已经想了 ${seconds} 秒。稍后回复“${keyword}”看结果。`,
  en: (keyword, seconds) =>
    `Still thinking, for ${seconds} s now. Send “${keyword}” in a moment to read the answer.`,
};

const CONTINUE_OPTIONS = {
  language: { initial: 'zh', check: checkLanguage },
  pending: { check: checkFunction<NonNullable<ContinueOptions['pending']>> },
  now: { initial: () => Date.now(), check: checkFunction<() => number> },
} satisfies OptionTable<ContinueOptions>;

/** Maximum number of users whose question time is remembered. */
const MAX_USERS = 10_000;
/** Milliseconds after which the keyword no longer refers to the question. */
const MEMORY = 600_000;

/**
 * Returns webhook options for an account without the customer-service API (未认证的公众号): a slow
 * answer is kept, and the user asks for it with a keyword.
 *
 * @example
 * wechat({ token: 'TOKEN', ...continueWith('继续') }, { text: chat({ model }) });
 */
export function continueWith(
  keyword: string,
  options: ContinueOptions = {},
): Required<Pick<WebhookOptions, 'lateReply' | 'holdKeyword' | 'pending'>> {
  if (typeof keyword !== 'string' || keyword.trim() === '') {
    throw new InvalidArgumentError('continueWith needs a keyword, for example 继续');
  }
  const settings = readKnown('the options of continueWith', CONTINUE_OPTIONS, options);
  const { language, now } = settings;
  const write = settings.pending ?? PENDING[language];
  const holdKeyword = keyword.trim();
  const since = new Map<string, number>();

  function pending(message: Message): string {
    const user = `${message.target} ${message.source}`;
    const isKeyword = message.type === 'text' && message.content.trim() === holdKeyword;
    const known = since.get(user) ?? 0;
    // The keyword goes on about the question before it.
    const start = isKeyword && now() - known < MEMORY ? known : message.time * 1000;
    since.delete(user);
    since.set(user, start);
    const [oldest] = since.keys();
    if (since.size > MAX_USERS && oldest !== undefined) since.delete(oldest);
    return write(holdKeyword, Math.max(1, Math.round((now() - start) / 1000)));
  }

  return { lateReply: 'hold', holdKeyword, pending };
}
