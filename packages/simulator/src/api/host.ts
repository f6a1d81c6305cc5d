/** Names that no foreign website can have: of this machine, addresses, and the platform's own. */
const NAMES =
  /^(?:(?:[\w-]+\.)*localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:.]+\]|(?:[\w-]+\.)+weixin\.qq\.com)(?::\d+)?$/i;

/**
 * Whether a request may be answered. A website whose name resolves to 127.0.0.1 would else be able
 * to have a browser of this machine ask, and read the answers.
 */
export function isOwnHost(host: string | undefined): boolean {
  return host === undefined || NAMES.test(host);
}
