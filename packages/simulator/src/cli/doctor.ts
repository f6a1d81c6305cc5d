import { diagnose, formatFindings } from '../doctor/index.ts';
import { type Command, readAccount, readLanguage } from './command.ts';

/** Prints why a webhook does not verify; returns 1 when it does not. */
export const doctor: Command = async (typed) => {
  const language = readLanguage(typed);
  const findings = await diagnose(readAccount(typed));
  process.stdout.write(`${formatFindings(findings, language)}\n`);
  return findings.some(({ state }) => state === 'problem') ? 1 : 0;
};
