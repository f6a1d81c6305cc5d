/** Names that no foreign website can have: this machine's, addresses, and the platform's own. */
const NAMES =
  /^(?:(?:[\w-]+\.)*localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:.]+\]|(?:[\w-]+\.)+weixin\.qq\.com)(?::\d+)?$/i;

/**
 * Whether a request may be answered. Otherwise a website whose name resolves to 127.0.0.1 could
 * have a browser on this machine send requests and read the answers.
 */
export function isOwnHost(host: string | undefined): boolean {
  return host === undefined || NAMES.test(host);
}
