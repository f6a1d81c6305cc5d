import { runInBackground } from './background.ts';
import type { Logger } from './logger.ts';

/** Keeps a host alive for work that goes on after the response. */
export type WaitUntil = (work: Promise<unknown>) => void;

/**
 * Finds the host's own `waitUntil` in what it hands on beside the request: the context of Cloudflare
 * Workers, Vercel or Netlify, or Hono's, which has Cloudflare's as `executionCtx`.
 */
export function findWaitUntil(...given: readonly unknown[]): WaitUntil | undefined {
  for (const one of given) {
    if (typeof one !== 'object' || one === null) continue;
    const host = isHost(one) ? one : readExecution(one);
    // It needs its `this`.
    if (host) return (work) => host.waitUntil(work);
  }
  return undefined;
}

/** Guards a host's `waitUntil`, which may throw once its time is over: the work goes on all the same. */
export function guardWaitUntil(
  given: WaitUntil | undefined,
  logger: Logger,
): WaitUntil | undefined {
  return given && ((work) => runInBackground(() => given(work), logger, '`waitUntil`'));
}

interface Host {
  waitUntil(work: Promise<unknown>): void;
}

function isHost(given: unknown): given is Host {
  return typeof (Object(given) as Partial<Host>).waitUntil === 'function';
}

function readExecution(given: object): Host | undefined {
  try {
    const { executionCtx } = given as { executionCtx?: unknown };
    return isHost(executionCtx) ? executionCtx : undefined;
  } catch {
    // Hono's getter throws where there is none.
    return undefined;
  }
}
