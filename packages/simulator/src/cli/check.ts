import { formatResults, runCheck } from '../check/index.ts';
import { accountOf, type Command, languageOf } from './command.ts';

/** Prints how a webhook stands the conformance run; 1 when something failed. */
export const check: Command = async (typed) => {
  const language = languageOf(typed);
  const results = await runCheck(accountOf(typed));
  process.stdout.write(`${formatResults(results, language)}\n`);
  return results.every(({ passed }) => passed) ? 0 : 1;
};
