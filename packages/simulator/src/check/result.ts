import type { Words } from './row.ts';

/** What became of one thing that a webhook was checked for. */
export interface CheckResult {
  readonly name: string;
  readonly title: Words;
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly why: string | undefined;
  /** What in a good answer is not as documented, though nobody knows WeChat to refuse it. */
  readonly hints: readonly string[];
  readonly milliseconds: number;
}
