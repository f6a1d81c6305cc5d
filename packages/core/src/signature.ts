import { hash, timingSafeEqual } from 'node:crypto';
import { CONSOLE } from './console.ts';
import { InvalidArgumentError } from './errors.ts';
import { checkText, refuseMissing } from './option-checks.ts';

/** The signed values: the account's token, and the query of the delivery. */
export interface SignedParts {
  token: string;
  timestamp: string;
  nonce: string;
  /** The text of the `Encrypt` tag, for the `msg_signature` of an encrypted delivery. */
  encrypt?: string | undefined;
}

/**
 * Creates the signature of a delivery's query.
 *
 * @example
 * sign({ token: 'TOKEN', timestamp: '1714036504', nonce: '1514711492' }) // 40 hex digits
 * @see https://developers.weixin.qq.com/doc/service/guide/dev/push/
 */
export function sign({ token, timestamp, nonce, encrypt }: SignedParts): string {
  const parts = [token, timestamp, nonce];
  if (encrypt !== undefined) parts.push(encrypt);
  return sha1(sortShort(parts).join(''));
}

/** Sorts a few texts like `sort()`, which would cost as much as the hash. */
function sortShort(texts: string[]): string[] {
  for (let end = 1; end < texts.length; end += 1) {
    const text = texts[end] as string;
    let at = end;
    for (; at > 0 && (texts[at - 1] as string) > text; at -= 1) texts[at] = texts[at - 1] as string;
    texts[at] = text;
  }
  return texts;
}

/**
 * Returns whether a signature is the platform's; anything but text is not. A token is required:
 * without one every delivery would be refused without a visible reason.
 *
 * `token` may be several while the account's token is being changed. The time that it takes
 * tells nothing about the right signature.
 *
 * @example
 * checkSignature({ token: 'TOKEN', signature, timestamp, nonce }) // true or false
 * @throws {NeedParamError} when there is no token
 */
export function checkSignature(
  parts: Omit<SignedParts, 'token'> & { token: string | readonly string[]; signature: string },
): boolean {
  const { signature, timestamp, nonce, encrypt } = parts;
  const given: readonly unknown[] = Array.isArray(parts.token) ? parts.token : [parts.token];
  const tokens = given.filter(isText);
  if (tokens.length === 0) {
    refuseMissing('token', `from the WeChat console: ${CONSOLE.token}`);
  }
  if (!isText(timestamp) || !isText(nonce)) return false;
  if (encrypt !== undefined && !isText(encrypt)) return false;
  return isSigned(tokens, { signature, timestamp, nonce, encrypt });
}

/** Returns whether one of the tokens gives the signature; all parts are texts. */
export function isSigned(
  tokens: readonly string[],
  { signature, timestamp, nonce, encrypt }: Omit<SignedParts, 'token'> & { signature: string },
): boolean {
  let matches = false;
  for (const token of tokens) {
    if (isSameSignature(sign({ token, timestamp, nonce, encrypt }), signature)) matches = true;
  }
  return matches;
}

/** Whether a value is a non-empty text: anyone could sign with an empty token. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

const LENGTH = 40;
const expectedBytes = Buffer.alloc(LENGTH);
const givenBytes = Buffer.alloc(LENGTH);

/** Compares two signatures in constant time; their length is no secret. */
export function isSameSignature(expected: string, given: unknown): boolean {
  if (typeof given !== 'string' || given.length !== LENGTH) return false;
  // Both are filled whole: a character has one byte.
  expectedBytes.write(expected, 'latin1');
  givenBytes.write(given, 'latin1');
  return timingSafeEqual(expectedBytes, givenBytes);
}

/**
 * Creates the signature for `wx.config` of a web page (JS-SDK).
 *
 * `url` is the page's address; what follows a `#` is not signed and is cut off. An address with
 * `&amp;` in it was escaped for HTML and would give a signature that WeChat refuses, so it throws.
 *
 * @example
 * jsapiSignature({ ticket, noncestr: 'abc', timestamp: 1414587457, url: 'https://example.com/?a=1' })
 * @throws {NeedParamError} when one of the four is missing
 * @throws {InvalidArgumentError} when the address is escaped for HTML, or one is not a text
 * @see https://developers.weixin.qq.com/doc/service/guide/h5/jssdk.html
 */
export function jsapiSignature(parts: {
  ticket: string;
  noncestr: string;
  /** Unix seconds, the same as passed to `wx.config`. */
  timestamp: number | string;
  url: string;
}): string {
  for (const name of ['ticket', 'noncestr', 'timestamp', 'url'] as const) {
    if (!parts[name]) refuseMissing(name, 'a page is signed with it');
  }
  for (const name of ['ticket', 'noncestr', 'url'] as const) checkText(name, parts[name]);
  if (parts.url.includes('&amp;')) {
    throw new InvalidArgumentError(
      'url contains "&amp;": give the address as shown in the browser, not escaped for HTML',
    );
  }
  const url = parts.url.split('#', 1)[0];
  return sha1(
    `jsapi_ticket=${parts.ticket}&noncestr=${parts.noncestr}&timestamp=${parts.timestamp}&url=${url}`,
  );
}

function sha1(text: string): string {
  return hash('sha1', text);
}
