/** The language of texts, for the person who starts the project. */
export type Language = 'en' | 'zh';

/** Returns the language that the system is set to. */
export function detectLanguage(env: NodeJS.ProcessEnv): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = env;
  const locale = LC_ALL || LC_MESSAGES || LANG || Intl.DateTimeFormat().resolvedOptions().locale;
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
