import { runInBackground } from './background.ts';

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
    // It needs its `this`, and throws once its time is over.
    if (host) return (work) => runInBackground(() => host.waitUntil(work));
  }
  return undefined;
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
