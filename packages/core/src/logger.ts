import { runInBackground } from './background.ts';
import { describeError } from './describe-error.ts';

/**
 * Where the webhook writes what a developer should know. The shape of pino's loggers.
 *
 * Details never hold a token, a key, a secret or a message's text. An error is under `err`: its
 * name, code, message and stack, and nothing else that it carried. What a logger throws, or
 * rejects, is ignored.
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

/**
 * Stands between the library and a logger. A logger that fails, for a disk that is full, must not
 * cost a user the answer; and no error reaches it as it was thrown.
 */
export function protect(logger: Logger): Logger {
  const safely = (level: keyof Logger) => (details: object, message: string) =>
    runInBackground(() => logger[level](withoutErrors(details), message));
  return {
    error: safely('error'),
    warn: safely('warn'),
    info: safely('info'),
    debug: safely('debug'),
  };
}

/** The names under which details hold what was thrown. */
const ERRORS = ['err', 'cause'] as const;

function withoutErrors(details: object): object {
  const found = ERRORS.filter((name) => name in details);
  if (found.length === 0) return details;
  const described = found.map((name) => [
    name,
    describeError((details as Record<string, unknown>)[name]),
  ]);
  return { ...details, ...Object.fromEntries(described) };
}
