import { InvalidArgumentError } from '@wechat-mp/core';
import type { Language } from './messages.ts';

/** Returns the language that a tag such as `zh_CN` names; undefined for any other. */
export function readLanguage(tag: unknown): Language | undefined {
  const [, language] = /^(zh|en)(?:[-_]|$)/i.exec(typeof tag === 'string' ? tag : '') ?? [];
  return language?.toLowerCase() as Language | undefined;
}

/** Checks an option that names a language. */
export function checkLanguage(name: string, tag: string): Language {
  const language = readLanguage(tag);
  if (language) return language;
  throw new InvalidArgumentError(`${name} must be zh or en, also with a region, such as zh_CN`);
}
