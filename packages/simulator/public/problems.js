/** The server's words for what is wrong, in the language of the page. */
import { t } from './texts.js';

/** The texts of the page for the words of the server; groups of a pattern come into them. */
const PROBLEMS = [
  [/^(\w+): a text of 1 to (\d+) characters$/, 'wrongText'],
  [/^(\w+): a number from (\S+) to (\S+)$/, 'wrongNumber'],
  [/^id: 1 to 128 letters/, 'wrongId'],
  [/^content: a text with /, 'wrongContent'],
  [/^that delivery is not in the log/, 'forgotten'],
  [/^media_id: the account has no (.*)$/, 'noMedia'],
];

/** Describes the error of a request to the server. */
export function describe(error) {
  // Browsers reject so, each in words of its own, when nothing answers.
  if (error instanceof TypeError) return t('unreachable');
  for (const [pattern, name] of PROBLEMS) {
    const found = pattern.exec(error.message);
    if (found) return t(name).replace(/\{(\d)\}/g, (_, group) => found[group]);
  }
  return error.message;
}
