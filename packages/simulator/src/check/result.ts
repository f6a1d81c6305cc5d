import type { Words } from './row.ts';

/** The result of one check. */
export interface CheckResult {
  readonly name: string;
  readonly title: Words;
  readonly passed: boolean;
  /** The reason of the failure. */
  readonly why: string | undefined;
  /**
   * Remarks on a good answer that differs from the documentation, although WeChat is not known to
   * refuse it.
   */
  readonly hints: readonly string[];
  readonly milliseconds: number;
}
