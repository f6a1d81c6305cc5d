import { inspect } from 'node:util';
import type { Logger, WebhookOptions } from '@wechat-mp/core';
import type { RunRegistry } from '@wechat-mp/core/stores';

export interface Line {
  level: keyof Logger;
  details: Record<string, unknown>;
  message: string;
}

/** A logger that records its lines. */
export function recorder(): Logger & { lines: Line[]; text(): string } {
  const lines: Line[] = [];
  const write = (level: keyof Logger) => (details: object, message: string) => {
    lines.push({ level, details: details as Record<string, unknown>, message });
  };
  return {
    lines,
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    text: () => lines.map((line) => inspect(line, { depth: 9 })).join('\n'),
  };
}

/** Resolves after the given milliseconds, of the test's own time where that is steered. */
export function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

/** A registry that tells which messages are registered; none is ever taken. `erases`: what an erasure waits for. */
export function recordRuns(erases: () => Promise<void> = async () => {}) {
  const registered = new Set<string>();
  const runRegistry: RunRegistry = {
    write: async ({ key }) => void registered.add(key),
    beat: async () => {},
    erase: async ({ key }) => {
      await erases();
      registered.delete(key);
    },
    takeExpired: async () => [],
  };
  return { registered, runRegistry };
}

/** Two accounts of the platform, with keys whose spare bits are not zero. */
export const SAFE = {
  token: 'first_token',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
} satisfies WebhookOptions;

export const CHANGED = {
  token: 'second_token',
  appid: SAFE.appid,
  encodingAESKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
} satisfies WebhookOptions;

/** Returns the error of a promise or function; fails the test when it does not throw. */
export async function catchError(action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not throw');
}
