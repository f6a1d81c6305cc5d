import { formatResults, runCheck } from '../check/index.ts';
import { type Command, readAccount, readLanguage } from './command.ts';

/** Prints the results of a conformance run; returns 1 when a check failed. */
export const check: Command = async (typed) => {
  const language = readLanguage(typed);
  const results = await runCheck(readAccount(typed));
  process.stdout.write(`${formatResults(results, language)}\n`);
  return results.every(({ passed }) => passed) ? 0 : 1;
};
