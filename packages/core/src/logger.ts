/**
 * Where the webhook writes what a developer should know. The shape of pino's loggers.
 *
 * Details never hold a token, a key, a secret or a message's text.
 */
export interface Logger {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
  debug(details: object, message: string): void;
}

/** Writes warnings and errors to the console, nothing else. */
export const consoleLogger: Logger = {
  error: (details, message) => console.error(message, details),
  warn: (details, message) => console.warn(message, details),
  info: () => {},
  debug: () => {},
};

/** A logger that fails, for a disk that is full, must not cost a user the answer. */
export function protect(logger: Logger): Logger {
  const safely = (level: keyof Logger) => (details: object, message: string) => {
    try {
      logger[level](details, message);
    } catch {
      // There is nobody left to tell.
    }
  };
  return {
    error: safely('error'),
    warn: safely('warn'),
    info: safely('info'),
    debug: safely('debug'),
  };
}
