import type { IncomingMessage } from 'node:http';
import { listNames } from '../http/listening.ts';

/** The Host headers that the page accepts. */
export interface Names {
  /** With the port. */
  readonly own: ReadonlySet<string>;
  /** Without a port: a proxy or tunnel has its own, and https. */
  readonly allowed: ReadonlySet<string>;
}

/**
 * Returns why a request is not from this page, or undefined.
 *
 * The server has no password, so it must distinguish its own page from any other site in the same
 * browser: a foreign name that resolves to 127.0.0.1 shows in Host, a foreign page in Origin.
 */
export function findForeign(
  { headers }: IncomingMessage,
  { own, allowed }: Names,
): string | undefined {
  const host = headers.host?.toLowerCase() ?? '';
  const isAllowed = allowed.has(host.replace(/:\d*$/, ''));
  if (!own.has(host) && !isAllowed) {
    return 'foreign Host header: allow its name with --allowed-host if it is yours';
  }
  const origin = headers.origin?.toLowerCase();
  const isSame = origin === `http://${host}` || (isAllowed && origin === `https://${host}`);
  if (origin !== undefined && !isSame) return 'foreign Origin header';
  // `same-origin`, or `none` for an address that was typed. Pictures are fetched with neither.
  if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate') {
    return 'a request from another site';
  }
  return undefined;
}

/** Creates the names of a page that listens on an address. */
export function createNames(host: string, port: number, allowed: readonly string[]): Names {
  const names = ['127.0.0.1', 'localhost', '[::1]', ...listNames(host)];
  const withPort = names.map((name) => `${name}:${port}`);
  return {
    // A browser leaves the port out where it is the protocol's own.
    own: new Set(port === 80 ? [...withPort, ...names] : withPort),
    allowed: new Set(allowed.map((name) => name.toLowerCase())),
  };
}

/** The sources that the page may load: itself, and pictures of a bot on this machine. */
const LOCAL = 'http://127.0.0.1:* http://localhost:*';

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    `img-src 'self' data: blob: ${LOCAL}`,
    `media-src 'self' data: blob: ${LOCAL}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};
