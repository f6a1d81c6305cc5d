import { runInBackground } from './background.ts';
import { describeError } from './describe-error.ts';
import { printable } from './printable.ts';

/**
 * Receives what a developer should know about a webhook or a client; pino's loggers have this
 * shape.
 *
 * Details never hold a token, a key, a secret or a message's text. An error is under `err`: its
 * name, code, message and stack, and nothing else that it carried. No text holds a control
 * character or is longer than 200 characters, an error of this library than 1000. What a logger throws, or rejects, is ignored.
 *
 * Each line of a webhook or a client names its `account`: a logger that has pino's `child` is asked
 * once for a child bound to it; else it stands among the details, where the account has a name.
 */
export interface Logger {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
  debug(details: object, message: string): void;
}

/** The account of a webhook that serves one without a name. */
export const ONLY_ACCOUNT = 'default';

/** Writes warnings and errors to the console, nothing else. */
export const consoleLogger: Logger = {
  error: (details, message) => console.error(message, details),
  warn: (details, message) => console.warn(message, details),
  info: () => {},
  debug: () => {},
};

/**
 * Wraps a logger: a failure of the logger, for example on a full disk, must not cost a user the
 * answer, and errors are passed to it as safe descriptions. `account`: the account of the lines.
 */
export function protect(logger: Logger, account?: string): Logger {
  const child = account === undefined ? undefined : createChild(logger, account);
  const target = child ?? logger;
  const isNamed = account !== undefined && account !== ONLY_ACCOUNT;
  const bound = !child && isNamed ? { account } : undefined;
  const safely = (level: keyof Logger) => (details: object, message: string) =>
    runInBackground(() =>
      target[level]({ ...bound, ...createDetails(details) }, printable(message, LONGEST_MESSAGE)),
    );
  return {
    error: safely('error'),
    warn: safely('warn'),
    info: safely('info'),
    debug: safely('debug'),
  };
}

const LEVELS: readonly (keyof Logger)[] = ['error', 'warn', 'info', 'debug'];

/** Returns a child of a logger, as in pino; undefined when it has none. */
function createChild(logger: Logger, account: string): Logger | undefined {
  const { child } = logger as { child?: unknown };
  if (typeof child !== 'function') return undefined;
  try {
    const made = Object(Reflect.apply(child, logger, [{ account: printable(account) }])) as Logger;
    return LEVELS.every((level) => typeof made[level] === 'function') ? made : undefined;
  } catch {
    return undefined;
  }
}

/** Maximum characters of a message, which has text from outside within it. */
const LONGEST_MESSAGE = 1000;
/** The names under which details hold an error. */
const ERRORS: ReadonlySet<string> = new Set(['err', 'cause']);

/** Returns details that are safe for a logger: nothing from outside can make it fail. */
function createDetails(details: object): object {
  const told = Object.entries(details).map(([name, value]: [string, unknown]) => [
    name,
    ERRORS.has(name) ? describeError(value) : tellValue(value),
  ]);
  return Object.fromEntries(told) as object;
}

function tellValue(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  return isPlain(value) ? createDetails(value) : value;
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
