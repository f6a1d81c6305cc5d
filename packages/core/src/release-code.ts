import type { Message } from './message/message.ts';

/** 原始ID of the accounts that the platform tests with: five 公众号 and five 小程序. */
const TEST_ACCOUNTS: readonly string[] = [
  'gh_3c884a361561',
  'gh_c0f28a78b318',
  'gh_3f222ed8d140',
  'gh_26128078e9ab',
  'gh_2b3713f184a6',
  'gh_8dad206e9538',
  'gh_905ae9d01059',
  'gh_393666f1fdf4',
  'gh_39abb5d4e1b7',
  'gh_7818dcb60240',
];
const CODE = 'QUERY_AUTH_CODE:';

/** Whether a message belongs to the platform's test of a third-party platform (全网发布检测). */
export function isOfReleaseTest({ target }: Message): boolean {
  return TEST_ACCOUNTS.includes(target);
}

/** Reads the authorization code that the test sends; it wants an empty body first, not `success`. */
export function readReleaseCode(message: Message): string | undefined {
  if (!isOfReleaseTest(message) || message.type !== 'text') return undefined;
  const content = message.content.trim();
  return content.startsWith(CODE) ? content.slice(CODE.length) : undefined;
}
