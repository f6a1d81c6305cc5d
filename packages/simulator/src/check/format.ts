import { styleText } from 'node:util';
import type { CheckResult } from './result.ts';

/** Returns the columns of a text in a terminal, where a Chinese character takes two. */
function measureWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

const WORDS = {
  en: {
    passed: 'passed',
    failed: 'failed',
    ms: 'ms',
    all: 'All of them passed.',
    hint: 'note:',
  },
  zh: {
    passed: '通过',
    failed: '未通过',
    ms: '毫秒',
    all: '全部通过。',
    hint: '提示：',
  },
} as const;

/** Formats results for a terminal: what was checked, whether it passed, and why not. */
export function formatResults(
  results: readonly CheckResult[],
  language: 'en' | 'zh' = 'en',
): string {
  const words = WORDS[language];
  const widest = Math.max(0, ...results.map(({ title }) => measureWidth(title[language])));
  const lines = results.flatMap(({ title, passed, why, milliseconds }) => {
    const mark = passed ? paint('green', '✓') : paint('red', '✗');
    const blanks = ' '.repeat(widest - measureWidth(title[language]));
    const line = `${mark} ${title[language]}${blanks}  ${String(milliseconds).padStart(5)} ${words.ms}`;
    return why === undefined ? [line] : [line, paint('red', `    ${why}`)];
  });
  const failed = results.filter(({ passed }) => !passed).length;
  const counts = `${results.length - failed} ${words.passed}, ${failed} ${words.failed}`;
  const hints = [...new Set(results.flatMap((result) => result.hints))];
  const remarks = hints.map((hint) => paint('yellow', `${words.hint} ${hint}`));
  const sum = failed === 0 ? paint('green', words.all) : paint('red', counts);
  return [...lines, '', ...remarks, sum].join('\n');
}

/** Colours a text, if the terminal supports it. */
export function paint(colour: 'green' | 'red' | 'yellow', text: string): string {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  const isWanted = FORCE_COLOR ? FORCE_COLOR !== '0' : process.stdout.isTTY && !NO_COLOR;
  return isWanted ? styleText(colour, text) : text;
}
