import { diagnose, formatFindings } from '../doctor/index.ts';
import { accountOf, type Command, languageOf } from './command.ts';

/** Prints why a webhook does not verify; 1 when it does not. */
export const doctor: Command = async (typed) => {
  const language = languageOf(typed);
  const findings = await diagnose(accountOf(typed));
  process.stdout.write(`${formatFindings(findings, language)}\n`);
  return findings.some(({ state }) => state === 'problem') ? 1 : 0;
};
