import { types } from 'node:util';
import { WechatError } from './errors.ts';
import { tellText } from './hide-secrets.ts';
import { printable } from './printable.ts';

/** The safe description of an error; it has nothing else of the original. */
export interface ErrorDescription extends Error {
  readonly code?: string | number;
}

/** Maximum number of frames of a stack. */
const FRAMES = 20;
const FRAME_LENGTH = 500;
/** Maximum characters of a message of this library: text from outside within it is cut to 200 already. */
const OWN_MESSAGE = 1000;

/**
 * Describes any thrown value: its name, its code, its message without secrets, and its stack. 200
 * characters of a message are kept, 1000 of this library's own. Everything else is left out: a
 * driver's error holds the command and its arguments, an HTTP library's the address and the
 * headers.
 *
 * Never throws: what was thrown may be no error, or a Proxy, or have getters that throw.
 *
 * @example
 * onError: (error) => logger.error({ err: describeError(error) }, 'a handler failed')
 */
export function describeError(error: unknown): ErrorDescription {
  if (!isObject(error)) {
    return createDescription({ name: typeof error, message: tellText(String(error)) });
  }
  const message = readProperty(error, 'message') ?? readProperty(error, 'errmsg');
  const code = readProperty(error, 'code') ?? readProperty(error, 'errcode');
  const name = tellIfText(readProperty(error, 'name')) ?? 'Error';
  // What is ours stays what it is: a logger may tell errors apart by their classes.
  const isOurs = isHarmless(error) && error instanceof WechatError;
  const told = {
    name,
    message: tellIfText(message, isOurs ? OWN_MESSAGE : undefined) ?? 'no message',
    ...(typeof code === 'number' && { code }),
    ...(typeof code === 'string' && { code: tellText(code) }),
  };
  const frames = listFrames(readProperty(error, 'stack'), message);
  const stack = [`${told.name}: ${told.message}`, ...frames].join('\n');
  return createDescription({ ...told, stack }, isOurs ? Reflect.getPrototypeOf(error) : undefined);
}

/** Returns the code and the message of an error in one line, for a message of this library. */
export function summarizeError(error: unknown): string {
  const { code, message } = describeError(error);
  return code === undefined || message.includes(`${code}`) ? message : `${code} ${message}`;
}

/** Returns an error whose class can be checked safely: itself, unless that would run code that may throw. */
export function disarmError(error: unknown): unknown {
  return isObject(error) && !isHarmless(error) ? describeError(error) : error;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Whether `instanceof` is safe: it reads every prototype, each of which may be a Proxy. */
function isHarmless(error: object): boolean {
  for (let next: object | null = error; next; next = Object.getPrototypeOf(next) as object | null) {
    if (types.isProxy(next)) return false;
  }
  return true;
}

function createDescription(told: object, prototype: object | null = Error.prototype) {
  // A real one, which every logger knows, with members of its own that JSON shows too.
  const description = new Error();
  Reflect.deleteProperty(description, 'stack');
  Object.defineProperties(description, Object.getOwnPropertyDescriptors(told));
  return Object.setPrototypeOf(description, prototype) as ErrorDescription;
}

function readProperty(error: object, key: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return undefined;
  }
}

function tellIfText(value: unknown, limit?: number): string | undefined {
  return typeof value === 'string' && value !== '' ? tellText(value, limit) : undefined;
}

/** Lists the frames of a stack. A stack begins with the message, which may be anything. */
function listFrames(stack: unknown, message: unknown): string[] {
  if (typeof stack !== 'string') return [];
  const start = typeof message === 'string' ? stack.indexOf(message) + message.length : 0;
  const lines = stack.slice(start, start + FRAMES * FRAME_LENGTH).split('\n');
  return lines
    .filter((line) => /^ {2,}at /.test(line))
    .slice(0, FRAMES)
    .map((line) => printable(line, FRAME_LENGTH));
}
