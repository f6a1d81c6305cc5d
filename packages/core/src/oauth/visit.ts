import { type Cookies, parseCookie } from 'cookie';
import { OAuthError } from '../errors.ts';

/** A browser's request, as needed by the login. */
export interface OAuthRequest {
  readonly method: string;
  /** Path and query as sent by the browser, including any prefix that a router strips. */
  readonly url: string;
  /** In lower case, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `https://` and the requested host; read with `trustHost` only. */
  readonly origin?: string | undefined;
}

/** A request, read for the login. */
export interface Visit {
  /** The site's address, without a slash at its end. */
  readonly base: string;
  readonly path: string;
  /** Path and query. */
  readonly address: string;
  readonly cookies: Cookies;
  /** Whether the browser navigates to a page, and may be redirected to another. */
  readonly isNavigation: boolean;
  /** Whether both are present, valid or not. */
  readonly hasCodeAndState: boolean;
  /** Whether the user refused. */
  readonly isDenial: boolean;
  /** Undefined when missing, repeated or too long. */
  readonly code: string | undefined;
  readonly state: string | undefined;
}

/** Reads a request. Only path and query of its address are kept. */
export function readVisit(request: OAuthRequest, baseUrl: string | undefined): Visit {
  const address = readPath(request.url);
  const [path, query] = cut(address);
  const search = new URLSearchParams(query);
  return {
    base: baseUrl ?? checkOrigin(request.origin),
    path,
    address,
    cookies: parseCookie([request.headers['cookie'] ?? []].flat().join('; ')),
    isNavigation: isNavigation(request),
    hasCodeAndState: search.has('code') && search.has('state'),
    isDenial: search.has('state') && search.getAll('code').some((code) => DENIAL.test(code)),
    code: single(search.getAll('code')),
    state: single(search.getAll('state')),
  };
}

/** Returns the address without the parameters that the platform appended. */
export function withoutAnswer(address: string): string {
  const [path, query] = cut(address);
  const isAnswer = (pair: string) => /^(code|state)=/.test(`${new URLSearchParams(pair)}`);
  const kept = query.split('&').filter((pair) => pair !== '' && !isAnswer(pair));
  return kept.length > 0 ? `${path}?${kept.join('&')}` : path;
}

function cut(address: string): [path: string, query: string] {
  const at = address.indexOf('?');
  return at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
}

/** Returns path and query of a request's first line, safe for a header. */
function readPath(url: string): string {
  // A proxy's client may name the host too: GET http://host/path.
  const address = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  // Node reads each byte as one character. Browsers take a backslash for a slash.
  const plain = address.replaceAll(/[^\x21-\x7e]|\\/g, (character) =>
    encodeByte(character.charCodeAt(0)),
  );
  return plain.startsWith('/') ? plain : `/${plain}`;
}

function encodeByte(byte: number): string {
  return `%${(byte & 0xff).toString(16).padStart(2, '0').toUpperCase()}`;
}

/** Sent in place of a code when a user refuses on a phone; the platform's pages never send it. */
const DENIAL = /^authdeny$/i;

/** Maximum length of a code; real ones have about 32 characters. */
const LONGEST = 512;

function single(values: readonly string[]): string | undefined {
  const [value] = values;
  return values.length === 1 && value && value.length <= LONGEST ? value : undefined;
}

function checkOrigin(origin: string | undefined): string {
  if (origin && /^https?:\/\/([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?$/i.test(origin)) return origin;
  throw new OAuthError('address', 'the request has no Host header');
}

/** The destinations that browsers name for a navigation. */
const PAGES = ['document', 'iframe', 'frame'];

function isNavigation({ method, headers }: OAuthRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const destination = headers['sec-fetch-dest'];
  if (typeof destination === 'string') return PAGES.includes(destination);
  // WeChat's browser on Android writes its own name here.
  if (headers['x-requested-with'] === 'XMLHttpRequest') return false;
  const accept = String(headers['accept'] ?? '*/*').trim();
  return accept === '*/*' || /\btext\/html\b/i.test(accept);
}
