/** The method of a Logger that reports failed work; Logger itself depends on this file. */
interface Warner {
  warn(details: object, message: string): void;
}

/**
 * Runs work in the background. Whether it throws or rejects, the process goes on; with a logger,
 * the failure is a warning.
 *
 * @example
 * runInBackground(() => store.renew(user, lock), logger, 'renewing a lock');
 */
export function runInBackground(work: () => unknown, logger?: Warner, what = 'work'): void {
  const warn = (error: unknown) => {
    // A logger that fails has nobody to tell.
    if (logger) runInBackground(() => logger.warn({ err: error }, `${what} failed`));
  };
  try {
    Promise.resolve(work()).catch(warn);
  } catch (error) {
    warn(error);
  }
}
