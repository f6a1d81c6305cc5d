import type { IncomingMessage } from 'node:http';

/**
 * Says why a request is not of this page, or nothing.
 *
 * The server has no password, so it has to tell its own page from any other site that the same
 * browser has open: a foreign name that resolves to 127.0.0.1 shows in Host, a foreign page in
 * Origin.
 */
export function findForeign(
  { headers }: IncomingMessage,
  hosts: ReadonlySet<string>,
): string | undefined {
  const host = headers.host?.toLowerCase() ?? '';
  if (!hosts.has(host)) return 'foreign Host header';
  const { origin } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
    return 'foreign Origin header';
  }
  // `same-origin`, or `none` for an address that was typed. Pictures are fetched with neither.
  if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate') {
    return 'a request from another site';
  }
  return undefined;
}

/** The values of Host under which the page answers. */
export function namesOf(host: string, port: number, more: readonly string[]): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]', host.includes(':') ? `[${host}]` : host];
  const withPort = [...names, ...more].map((name) => `${name.toLowerCase()}:${port}`);
  // A browser leaves the port out where it is the protocol's own.
  return new Set(port === 80 ? [...withPort, ...names, ...more] : withPort);
}

/** Where the page may fetch from: itself, and pictures of a bot on this machine. */
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
