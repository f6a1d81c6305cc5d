import { type Cookies, parseCookie } from 'cookie';
import { OAuthError } from '../errors.ts';

/** A browser's request, as the login sees it. */
export interface OAuthRequest {
  readonly method: string;
  /** Path and query as the browser asked for them, before any router took a prefix off. */
  readonly url: string;
  /** In lower case, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `https://` and the host that was asked; read with `trustHost` only. */
  readonly origin?: string | undefined;
}

/** What a request asks for. */
export interface Visit {
  /** The site's address, without a slash at its end. */
  readonly base: string;
  readonly path: string;
  /** Path and query. */
  readonly address: string;
  readonly cookies: Cookies;
  /** Whether the browser wants a page, which may as well be another page. */
  readonly isNavigation: boolean;
  /** Whether both are there, be they right or wrong. */
  readonly hasCodeAndState: boolean;
  /** Whether the platform says that the user refused. */
  readonly isDenial: boolean;
  /** Undefined when there is none, or more than one, or too long a one. */
  readonly code: string | undefined;
  readonly state: string | undefined;
}

/** Reads a request. Nothing of its address but path and query is ever kept. */
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

/** The address without what the platform appended to it. */
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

/** Path and query of what stands in a request's first line, fit for a header. */
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

/** In place of a code. No page of the platform has it; phones send it when a user refuses. */
const DENIAL = /^authdeny$/i;

/** Codes have some 32 characters. */
const LONGEST = 512;

function single(values: readonly string[]): string | undefined {
  const [value] = values;
  return values.length === 1 && value && value.length <= LONGEST ? value : undefined;
}

function checkOrigin(origin: string | undefined): string {
  if (origin && /^https?:\/\/([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?$/i.test(origin)) return origin;
  throw new OAuthError('address', 'the request does not say which host it asks');
}

/** What browsers say that the answer is for, when it takes the place of a page. */
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
