/** What is told of work that failed; a part of Logger, which itself needs this file. */
interface Warner {
  warn(details: object, message: string): void;
}

/**
 * Runs work that nobody waits for. Whether it throws at once or rejects later, the process goes on;
 * with a logger, what failed is a warning.
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
