import { checkText, type OptionTable } from '@wechat-mp/core/stores';
import type { Language } from './messages.ts';
import { readKnown } from './options.ts';

/** The texts that the bot itself sends. */
export interface ChatTexts {
  /** The conversation was cleared. */
  reset: string;
  /** The user stopped an answer; see `interruptBy` of the webhook. */
  stopped: string;
  /** The model failed after the answer had begun. */
  failed: string;
  /** The model gave no text. */
  empty: string;
}

const TEXTS_OPTIONS = {
  reset: { check: checkText },
  stopped: { check: checkText },
  failed: { check: checkText },
  empty: { check: checkText },
} satisfies OptionTable<ChatTexts>;

/** Checks the option `texts`. */
export function checkTexts(name: string, value: Partial<ChatTexts>): Partial<ChatTexts> {
  const given = readKnown(name, TEXTS_OPTIONS, value, `${name}.`);
  // What is left out must not take the place of a text.
  return Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined));
}

export const CHAT_TEXTS: Readonly<Record<Language, ChatTexts>> = {
  zh: {
    reset: '好的，我们重新开始。',
    stopped: '好的，不说了。',
    failed: '（回答中断了，请再问一次）',
    empty: '（没有可以显示的回答，请换个问法）',
  },
  en: {
    reset: 'All right, let us start again.',
    stopped: 'All right.',
    failed: '(The answer broke off. Please ask again.)',
    empty: '(There is no answer to show. Please ask in another way.)',
  },
};
