import type { Words } from './row.ts';

/** What became of one thing that a webhook was checked for. */
export interface CheckResult {
  readonly name: string;
  readonly title: Words;
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly why: string | undefined;
  readonly milliseconds: number;
}
