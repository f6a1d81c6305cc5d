import { readAccount } from '../account.ts';
import { paint } from '../check/format.ts';
import { realClock } from '../clock.ts';
import type { InCloud } from '../simulator.ts';
import { lookAtAccount, lookAtAddress } from './account.ts';
import { lookAtCloud } from './cloud.ts';
import type { Finding } from './finding.ts';
import { lookAtHost } from './hosts.ts';
import { lookAtMessage } from './message.ts';
import { lookAtNetwork } from './network.ts';
import type { DiagnoseOptions } from './options.ts';
import { lookAtVerification } from './verification.ts';

export type { Finding } from './finding.ts';
export type { DiagnoseOptions } from './options.ts';

/**
 * Finds out why a webhook does not verify: step by step, up to the first problem.
 *
 * @example
 * const findings = await diagnose({ target: 'https://your.host/wechat', token: 'TOKEN' });
 * findings.find(({ state }) => state === 'problem')?.hint;
 */
export async function diagnose(
  options: DiagnoseOptions | InCloud<DiagnoseOptions>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of examine(options)) {
    findings.push(finding);
    if (finding.state === 'problem') break;
  }
  return findings;
}

async function* examine(
  options: DiagnoseOptions | InCloud<DiagnoseOptions>,
): AsyncGenerator<Finding> {
  if (options.token !== undefined) yield* lookAtAccount({ ...options, token: options.token });
  const url = yield* lookAtAddress(options.target);
  if (!url) return;
  const account = readAccount(options);
  const { target, clock = realClock } = options;
  yield* lookAtHost(url);
  yield* lookAtNetwork(url);
  if (account.pushFormat) yield* lookAtCloud(target, account, clock);
  else yield* lookAtVerification(target, account, clock);
  yield* lookAtMessage(target, account, clock);
}

const MARKS = {
  ok: paint('green', '✓'),
  warning: paint('yellow', '!'),
  problem: paint('red', '✗'),
} as const;

/** Formats findings for a terminal, each with what to do about it. */
export function formatFindings(findings: readonly Finding[], language: 'en' | 'zh' = 'en'): string {
  return findings
    .map(({ state, what, hint }) => {
      const line = `${MARKS[state]} ${what[language]}`;
      return hint ? `${line}\n    → ${hint[language]}` : line;
    })
    .join('\n');
}
